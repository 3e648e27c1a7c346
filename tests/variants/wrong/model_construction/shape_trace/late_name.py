"""The hooks see the loop variable's last value.

says: loop variable's last value
"""
def shape_trace(net, x):
    trace = []
    handles = []
    for name, module in net.named_modules():
        if not list(module.children()):
            def hook(module, args, output):
                trace.append((name, tuple(output.shape)))
            handles.append(module.register_forward_hook(hook))
    try:
        net(x)
    finally:
        for handle in handles:
            handle.remove()
    return trace
