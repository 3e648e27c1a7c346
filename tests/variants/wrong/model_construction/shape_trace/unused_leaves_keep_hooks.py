"""Each hook removes itself at the end if it has run, so a leaf that is not used keeps
its hook: breaks "no more and no fewer".

says: those that do not run
"""
def shape_trace(net: nn.Module, x: Tensor) -> list[tuple[str, tuple[int, ...]]]:
    trace: list[tuple[str, tuple[int, ...]]] = []
    handles = {}
    ran = set()

    def watch(name: str):
        def hook(module, args, output):
            ran.add(name)
            trace.append((name, tuple(output.shape)))

        return hook

    for name, module in net.named_modules():
        if not list(module.children()):
            handles[name] = module.register_forward_hook(watch(name))
    try:
        net(x)
    finally:
        for name in ran:
            handles[name].remove()
    return trace
