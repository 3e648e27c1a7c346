"""Returns a list.

says: does not return a set
"""
_right = placement_audit


def placement_audit(net, device):
    return sorted(_right(net, device))
