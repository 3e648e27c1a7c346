"""Takes whatever fits.

says: strict=False
"""
def load_into_lazy(net, state):
    net.load_state_dict(state, strict=False)
