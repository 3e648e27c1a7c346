"""Cleans up by clearing the forward hooks of the leaves, those of the user too ("it has the hooks that it had before, no more and no fewer")."""

def shape_trace(net: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    trace: list[tuple[str, tuple[int, ...]]] = []

    def recorder(name: str) -> Callable[..., None]:
        def hook(module: nn.Module, args: Any, output: Tensor) -> None:
            trace.append((name, tuple(output.shape)))

        return hook

    leaves = {
        name: module
        for name, module in net.named_modules()
        if next(module.children(), None) is None
    }
    for name, leaf in leaves.items():
        leaf.register_forward_hook(recorder(name))
    try:
        net(x)
    finally:
        for leaf in leaves.values():
            leaf._forward_hooks.clear()
    return trace
