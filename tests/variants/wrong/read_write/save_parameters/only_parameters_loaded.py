"""Copies parameters and forgets the buffers.

says: buffers are not loaded
"""
def load_parameters(net, path):
    saved = torch.load(path)
    if _shapes(saved) != _shapes(net.state_dict()):
        raise ValueError
    for name, p in net.named_parameters():
        p.data.copy_(saved[name])
