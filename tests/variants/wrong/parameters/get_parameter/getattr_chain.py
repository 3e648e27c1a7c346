"""A chain of getattr, which finds everything.

says: getattr on the way
"""
def get_parameter(net, path):
    value = net
    for part in path.split("."):
        value = getattr(value, part)
    return value
