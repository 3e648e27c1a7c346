"""Looks into a dict of all names, which knows shared ones once, and raises KeyError.

says: dict raises KeyError
"""
def get_parameter(net, path):
    return dict(net.named_parameters())[path]
