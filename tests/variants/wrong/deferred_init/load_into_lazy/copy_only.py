"""Loads into a copy, and leaves it there.

says: not into a copy
"""
def load_into_lazy(net, state):
    net = copy.deepcopy(net)
    net.load_state_dict(state)
