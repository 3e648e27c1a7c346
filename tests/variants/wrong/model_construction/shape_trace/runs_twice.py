"""Runs the network once before, to warm it up.

says: to be called once
"""
def shape_trace(net, x):
    trace = []
    handles = []
    for name, module in net.named_modules():
        if not list(module.children()):
            def hook(module, args, output, name=name):
                trace.append((name, tuple(output.shape)))
            handles.append(module.register_forward_hook(hook))
    try:
        net(x)
        trace.clear()
        net(x)
    finally:
        for handle in handles:
            handle.remove()
    return trace
