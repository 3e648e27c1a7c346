"""Names are collected with repeats, and the last one wins: breaks "under its first
name".

says: lists the first of them
"""
def shape_trace(net: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    trace: list[tuple[str, tuple[int, ...]]] = []
    handles = []

    def watch(name: str):
        def hook(module, args, output):
            trace.append((name, tuple(output.shape)))

        return hook

    names = {module: name for name, module in net.named_modules(remove_duplicate=False)}
    for module, name in names.items():
        if not list(module.children()):
            handles.append(module.register_forward_hook(watch(name)))
    try:
        net(x)
    finally:
        for handle in handles:
            handle.remove()
    return trace
