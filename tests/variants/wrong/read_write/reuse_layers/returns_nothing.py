"""Does not return the names.

says: it returns the names
"""
_right_reuse = reuse_layers


def reuse_layers(source, target, names):
    _right_reuse(source, target, names)
