"""Gives a copy.

says: make new memory
"""
def get_parameter(net, path):
    p = net.get_parameter(path)
    return nn.Parameter(p.detach().clone(), requires_grad=p.requires_grad)
