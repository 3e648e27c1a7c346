"""Saves in half precision.

says: does not hold the state dict
"""
def save_parameters(net, path):
    torch.save({k: v.half() for k, v in net.state_dict().items()}, path)
