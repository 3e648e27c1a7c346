"""The message has the last part, wherever the path is wrong.

says: search ends at the first part
"""
def get_parameter(net, path):
    found = dict(net.named_parameters(remove_duplicate=False))
    if path not in found:
        raise AttributeError(f"no parameter {path.rpartition('.')[2]}")
    return found[path]
