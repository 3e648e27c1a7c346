"""Checks names, but not shapes.

says: loads what it can before it raises
"""
def load_into_lazy(net, state):
    if net.state_dict().keys() != state.keys():
        raise RuntimeError("names")
    net.load_state_dict(state)
