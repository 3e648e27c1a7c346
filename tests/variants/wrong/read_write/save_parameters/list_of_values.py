"""Saves a list, without names.

says: not of the expected kind|does not hold the state dict
"""
def save_parameters(net, path):
    torch.save(list(net.state_dict().values()), path)
