"""Handles on an exit stack, names bound by partial."""
def _note(seen, name, module, args, output):
    seen += [(name, tuple(output.size()))]


def shape_trace(net, x):
    from contextlib import ExitStack
    from functools import partial

    seen = []
    with ExitStack() as stack:
        for name, module in net.named_modules():
            if len(module._modules) == 0:
                handle = module.register_forward_hook(partial(_note, seen, name))
                stack.callback(handle.remove)
        net(x)
    return seen
