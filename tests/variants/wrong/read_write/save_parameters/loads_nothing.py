"""Updates the dict that state_dict() returns, not the network.

says: nothing is copied into it
"""
def load_parameters(net, path):
    saved = torch.load(path)
    if _shapes(saved) != _shapes(net.state_dict()):
        raise ValueError
    net.state_dict().update(saved)
