"""Clears the hooks of each leaf, the caller's too: breaks "the hooks that it had before, no more and no fewer".

slip: clears the caller's hooks as well
"""

def shape_trace(net: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    trace: list[tuple[str, tuple[int, ...]]] = []
    leaves = []

    def watch(name: str):
        def hook(module, args, output):
            trace.append((name, tuple(output.shape)))

        return hook

    for name, module in net.named_modules():
        if not list(module.children()):
            leaves.append(module)
            module.register_forward_hook(watch(name))
    try:
        net(x)
    finally:
        for leaf in leaves:
            leaf._forward_hooks.clear()
    return trace
