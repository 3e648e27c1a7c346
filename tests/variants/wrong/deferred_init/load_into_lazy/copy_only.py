"""Loads into a copy, and leaves it there.

says: leaves placeholders
"""
def load_into_lazy(net, state):
    net = _copy(net)
    net.load_state_dict(state)
