"""Lets x go through the network itself.

says: gives shapes to the lazy layers
"""
def first_mismatch(net, x):

    flags = [(m, m.training) for m in net.modules()]
    net.eval()
    inside = []

    def enter(name):
        return lambda *_: inside.append(name)

    for name, m in net.named_modules():
        if not list(m.children()):
            m.register_forward_pre_hook(enter(name), prepend=True)
            m.register_forward_hook(lambda *_: inside.clear())
    try:
        with torch.no_grad():
            net(x)
    except Exception:
        return inside[0]
    finally:
        for m, flag in flags:
            m.training = flag
    return None
