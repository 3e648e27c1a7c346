"""Notes the shapes of the inputs.

says: outputs, not of the inputs
"""
def shape_trace(net, x):
    trace = []
    handles = []
    for name, module in net.named_modules():
        if not list(module.children()):
            def hook(module, args, output, name=name):
                trace.append((name, tuple(args[0].shape)))
            handles.append(module.register_forward_hook(hook))
    try:
        net(x)
    finally:
        for handle in handles:
            handle.remove()
    return trace
