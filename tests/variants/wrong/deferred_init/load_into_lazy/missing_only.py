"""Checks for missing names only.

says: names are to be the same
"""
def load_into_lazy(net, state):
    for name in net.state_dict():
        if name not in state:
            raise RuntimeError(name)
    net.load_state_dict(state)
