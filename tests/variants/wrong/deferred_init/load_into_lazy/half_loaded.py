"""Loads, and raises with half of it loaded.

says: loads what it can before it raises
"""
def load_into_lazy(net, state):
    net.load_state_dict(state)
