"""Runs `net.forward(x)`, which passes by the hooks of `net`: breaks "Run `net(x)`" and "If `net` itself is a
leaf".

slip: net.forward(x) instead of net(x)
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
        net.forward(x)
    finally:
        for handle in handles:
            handle.remove()
    return trace
