"""Clears the leaves' hooks afterwards, those of the user with them: breaks "the hooks that it had before, no more and no fewer"."""


def shape_trace(net: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    trace: list[tuple[str, tuple[int, ...]]] = []
    leaves = {
        name: m
        for name, m in net.named_modules()
        if not any(True for _ in m.children())
    }

    def recorder(name: str) -> Callable[..., None]:
        def record(module: nn.Module, args: Any, output: Tensor) -> None:
            trace.append((name, tuple(output.shape)))

        return record

    for name, module in leaves.items():
        module.register_forward_hook(recorder(name))
    try:
        net(x)
    finally:
        for module in leaves.values():
            module._forward_hooks.clear()
    return trace
