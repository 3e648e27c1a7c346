"""Unusual: leaves `train` alone; a picklable hook object sends each BatchNorm to eval
mode just before it runs.
"""


class _EvalFirst:
    def __call__(self, module: nn.Module, args: Any) -> None:
        module.eval()


def freeze(net: nn.Module, prefix: str) -> list[str]:
    wanted = prefix.split(".") if prefix else []

    def inside(name: str) -> bool:
        return (name.split(".") if name else [])[: len(wanted)] == wanted

    for name, module in net.named_modules(remove_duplicate=False):
        if inside(name) and isinstance(module, _BatchNorm):
            module.eval()
            module.register_forward_pre_hook(_EvalFirst())
    chosen = {
        p: None
        for name, p in net.named_parameters(remove_duplicate=False)
        if inside(name)
    }
    for p in chosen:
        p.requires_grad = False
        p.grad = None
    return [name for name, p in net.named_parameters() if p in chosen and inside(name)]
