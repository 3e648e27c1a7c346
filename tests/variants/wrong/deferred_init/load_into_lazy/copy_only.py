"""Loads into a copy, and leaves it there.

says: leaves placeholders
"""
def load_into_lazy(net, state):
    net = copy.deepcopy(net)
    net.load_state_dict(state)
