"""Cleans up in `except Exception`, so a KeyboardInterrupt leaves its hooks behind ("no more and no fewer, even if the call raises")."""

def shape_trace(net: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    trace: list[tuple[str, tuple[int, ...]]] = []
    handles = []

    def clean_up() -> None:
        for handle in handles:
            handle.remove()

    def hook_for(name: str) -> Callable[..., None]:
        def hook(module: nn.Module, args: Any, output: Tensor) -> None:
            trace.append((name, tuple(output.shape)))

        return hook

    for name, module in net.named_modules():
        if not list(module.children()):
            handles.append(module.register_forward_hook(hook_for(name)))
    try:
        net(x)
    except Exception:
        clean_up()
        raise
    clean_up()
    return trace
