"""Catches RuntimeError only, so that the ValueError of BatchNorm1d or the IndexError of Embedding gets out: breaks "the first leaf whose call raises an exception is the one"."""


def first_mismatch(net: nn.Module, x: Tensor) -> str | None:
    net = copy.deepcopy(net).eval()
    running: list[str] = []

    def watch(name: str, leaf: nn.Module) -> None:
        def enter(module, args):
            running.append(name)

        def leave(module, args, output):
            running.pop()

        leaf.register_forward_pre_hook(enter, prepend=True)
        leaf.register_forward_hook(leave)

    for name, module in net.named_modules():
        if next(module.children(), None) is None:
            watch(name, module)
    try:
        with torch.no_grad():
            net(x)
    except RuntimeError:
        return running[-1] if running else None
    return None
