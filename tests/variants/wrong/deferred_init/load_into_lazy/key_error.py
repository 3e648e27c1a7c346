"""Raises a KeyError.

says: KeyError
"""
def load_into_lazy(net, state):
    if net.state_dict().keys() != state.keys():
        raise KeyError("names")
    copy.deepcopy(net).load_state_dict(state)
    net.load_state_dict(state)
