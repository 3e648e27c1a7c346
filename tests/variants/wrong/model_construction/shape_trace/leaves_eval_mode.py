"""Switches to eval mode for the run and never back: breaks "Run `net(x)`" as it is, and
leaves the caller's network changed.

says: in the mode that it has
"""
def shape_trace(net: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    trace: list[tuple[str, tuple[int, ...]]] = []
    handles = []

    def watch(name: str):
        def hook(module, args, output):
            trace.append((name, tuple(output.shape)))

        return hook

    for name, module in net.named_modules():
        if not list(module.children()):
            handles.append(module.register_forward_hook(watch(name)))
    try:
        net.eval()
        net(x)
    finally:
        for handle in handles:
            handle.remove()
    return trace
