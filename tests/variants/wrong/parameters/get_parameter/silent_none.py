"""Gives None for what is not there.

says: no parameter: check with isinstance
"""
def get_parameter(net, path):
    return dict(net.named_parameters(remove_duplicate=False)).get(path)
