"""Puts the tensors of the state into the network.

says: assign=True
"""
def load_into_lazy(net, state):
    copy.deepcopy(net).load_state_dict(state)
    net.load_state_dict(state, assign=True)
