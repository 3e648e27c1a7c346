"""Looks for names with an error, but forgets to return.

says: None says that all fits
"""
def first_mismatch(net, x):
    net = copy.deepcopy(net)
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
        inside[0]
    return None
