"""Puts the loaded tensors in place of the network's own.

says: new parameters take the place
"""
def load_parameters(net, path):
    saved = torch.load(path)
    if _shapes(saved) != _shapes(net.state_dict()):
        raise ValueError
    net.load_state_dict(saved, assign=True)
