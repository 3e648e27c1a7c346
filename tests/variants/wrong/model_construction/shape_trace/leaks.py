"""Never removes its hooks.

says: call remove[(][)] on each handle
"""
def shape_trace(net, x):
    trace = []
    handles = []
    for name, module in net.named_modules():
        if not list(module.children()):
            def hook(module, args, output, name=name):
                trace.append((name, tuple(output.shape)))
            handles.append(module.register_forward_hook(hook))
    net(x)
    return trace
