"""Keeps the outputs and reads their shapes when all is done, after in-place reshapes:
breaks "the shape that each leaf module gives, as it runs".

says: read a shape when its leaf runs
"""
def shape_trace(net: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    outputs: list[tuple[str, Tensor]] = []
    handles = []

    def watch(name: str):
        def hook(module, args, output):
            outputs.append((name, output))

        return hook

    for name, module in net.named_modules():
        if not list(module.children()):
            handles.append(module.register_forward_hook(watch(name)))
    try:
        net(x)
    finally:
        for handle in handles:
            handle.remove()
    return [(name, tuple(output.shape)) for name, output in outputs]
