"""Looks into a dict of all names, which raises KeyError.

says: dict raises KeyError
"""
def get_parameter(net, path):
    return dict(net.named_parameters(remove_duplicate=False))[path]
