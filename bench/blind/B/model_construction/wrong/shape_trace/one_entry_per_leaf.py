"""The shapes go into a dict by name: breaks "A leaf that runs several times is listed each time".

slip: a repeated leaf appears once
"""

def shape_trace(net: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    trace: dict[str, tuple[int, ...]] = {}
    handles = []

    def watch(name: str):
        def hook(module, args, output):
            trace[name] = tuple(output.shape)

        return hook

    for name, module in net.named_modules():
        if not list(module.children()):
            handles.append(module.register_forward_hook(watch(name)))
    try:
        net(x)
    finally:
        for handle in handles:
            handle.remove()
    return list(trace.items())
