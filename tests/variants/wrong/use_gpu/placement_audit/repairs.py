"""Moves the network before it looks.

says: the network stays as it is
"""
_right = placement_audit


def placement_audit(net, device):
    strays = _right(net, device)
    if torch.device(device).type == "cpu":
        net.to_empty(device=device)
    return strays
