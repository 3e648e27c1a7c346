"""Returns a list.

says: a set of paths is asked for
"""
_right = placement_audit


def placement_audit(net, device):
    return sorted(_right(net, device))
