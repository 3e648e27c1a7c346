"""A network without placeholders is run itself.

says: a copy in any case
"""
def first_mismatch(net: nn.Module, x: Tensor) -> str | None:
    lazy = any(isinstance(p, UninitializedParameter) for p in net.parameters())
    trial = copy.deepcopy(net) if lazy else net
    flags = [(module, module.training) for module in trial.modules()]
    running, handles = [], []
    for name, module in trial.named_modules():
        if not list(module.children()):
            handles += [
                module.register_forward_pre_hook(
                    lambda module, args, name=name: running.append(name), prepend=True
                ),
                module.register_forward_hook(lambda module, args, out: running.clear()),
            ]
    trial.eval()
    with torch.no_grad(), suppress(Exception):
        trial(x)
    for handle in handles:
        handle.remove()
    for module, flag in flags:
        module.training = flag
    return running[0] if running else None
