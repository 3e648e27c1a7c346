"""Saves the parameters without the buffers.

says: leaves out the buffers
"""
def save_parameters(net, path):
    torch.save({k: p.detach() for k, p in net.named_parameters()}, path)
