"""Walks the layers in the order of registration.

says: not as __init__ registers them
"""
def first_mismatch(net, x):
    net = copy.deepcopy(net).eval()
    for name, m in net.named_modules():
        if list(m.children()):
            continue
        try:
            with torch.no_grad():
                x = m(x)
        except Exception:
            return name
    return None
