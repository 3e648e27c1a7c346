"""Its pre-hook runs after the one that shapes a lazy layer, so a lazy leaf that raises there is not noticed ("its call raises, too, if the number of axes is wrong")."""


def first_mismatch(net: nn.Module, x: Tensor) -> str | None:
    trial = copy.deepcopy(net).eval()
    running = []
    for name, module in trial.named_modules():
        if not list(module.children()):
            module.register_forward_pre_hook(
                lambda module, args, name=name: running.append(name)
            )
            module.register_forward_hook(lambda module, args, out: running.clear())
    with torch.no_grad(), suppress(Exception):
        trial(x)
    return running[0] if running else None
