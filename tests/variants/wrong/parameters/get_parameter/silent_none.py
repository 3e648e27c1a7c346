"""Gives None for what is not there.

says: None does not tell
"""
def get_parameter(net, path):
    return dict(net.named_parameters(remove_duplicate=False)).get(path)
