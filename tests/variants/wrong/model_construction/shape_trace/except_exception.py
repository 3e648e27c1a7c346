"""Removes the hooks after an Exception only: breaks "even if the call raises".

says: finally
"""
def shape_trace(net: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    trace: list[tuple[str, tuple[int, ...]]] = []

    def recorder(name: str) -> Callable[..., None]:
        def hook(module: nn.Module, args: Any, output: Tensor) -> None:
            trace.append((name, tuple(output.shape)))

        return hook

    handles = [
        module.register_forward_hook(recorder(name))
        for name, module in net.named_modules()
        if next(module.children(), None) is None
    ]
    try:
        net(x)
    except Exception:
        for handle in handles:
            handle.remove()
        raise
    for handle in handles:
        handle.remove()
    return trace
