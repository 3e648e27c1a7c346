"""Moves the network before it looks.

says: placement_audit does not give the paths|changes the network|Cannot copy out of meta
"""
_right = placement_audit


def placement_audit(net, device):
    strays = _right(net, device)
    if torch.device(device).type == "cpu":
        net.to_empty(device=device)
    return strays
