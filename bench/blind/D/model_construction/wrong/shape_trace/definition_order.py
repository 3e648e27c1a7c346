"""Collects the shapes for each leaf and lists them in the order of registration ("in the order of execution")."""

def shape_trace(net: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    shapes: dict[str, list[tuple[int, ...]]] = {}

    def recorder(name: str) -> Callable[..., None]:
        def hook(module: nn.Module, args: Any, output: Tensor) -> None:
            shapes[name].append(tuple(output.shape))

        shapes[name] = []
        return hook

    handles = [
        module.register_forward_hook(recorder(name))
        for name, module in net.named_modules()
        if next(module.children(), None) is None
    ]
    try:
        net(x)
    finally:
        for handle in handles:
            handle.remove()
    return [(name, shape) for name, runs in shapes.items() for shape in runs]
