"""Gives a copy.

says: a copy of the parameter
"""
def get_parameter(net, path):
    p = net.get_parameter(path)
    return nn.Parameter(p.detach().clone(), requires_grad=p.requires_grad)
