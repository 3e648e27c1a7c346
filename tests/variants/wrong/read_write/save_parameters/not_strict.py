"""Loads with strict=False.

says: strict=False
"""
def load_parameters(net, path):
    try:
        net.load_state_dict(torch.load(path), strict=False)
    except RuntimeError as e:
        raise ValueError from e
