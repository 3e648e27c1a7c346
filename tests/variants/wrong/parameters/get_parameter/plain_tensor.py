"""Looks into the state dict: plain tensors, and buffers too.

says: plain tensors
"""
def get_parameter(net, path):
    net.get_parameter(path)
    return net.state_dict()[path]
