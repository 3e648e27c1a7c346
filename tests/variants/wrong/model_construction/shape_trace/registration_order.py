"""Runs the leaves by itself, in the order of registration.

says: order is that of execution
"""
def shape_trace(net, x):
    shapes = {}
    handles = []
    names = [name for name, m in net.named_modules() if not list(m.children())]
    for name in names:
        def hook(module, args, output, name=name):
            shapes.setdefault(name, tuple(output.shape))
        handles.append(net.get_submodule(name).register_forward_hook(hook))
    try:
        net(x)
    finally:
        for handle in handles:
            handle.remove()
    return [(name, shapes[name]) for name in names if name in shapes]
