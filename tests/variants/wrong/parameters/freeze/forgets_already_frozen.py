"""Lists only what it froze just now, not what was frozen before ("The names of these
parameters that begin with `prefix`").

says: for the same part twice
"""


def _eval_before_forward(module: nn.Module, args: Any) -> None:
    module.eval()


def freeze(net: nn.Module, prefix: str) -> list[str]:
    def inside(name: str) -> bool:
        return not prefix or name == prefix or name.startswith(prefix + ".")

    names = [n for n, p in net.named_parameters() if inside(n) and p.requires_grad]
    for name, p in net.named_parameters(remove_duplicate=False):
        if inside(name):
            p.requires_grad_(False)
            p.grad = None
    for name, m in net.named_modules(remove_duplicate=False):
        if inside(name) and isinstance(m, _BatchNorm):
            m.eval()
            m.register_forward_pre_hook(_eval_before_forward)
    return names
