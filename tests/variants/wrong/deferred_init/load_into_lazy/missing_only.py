"""Checks for missing names only.

says: loads what it can before it raises
"""
def load_into_lazy(net, state):
    for name in net.state_dict():
        if name not in state:
            raise RuntimeError(name)
    net.load_state_dict(state)
