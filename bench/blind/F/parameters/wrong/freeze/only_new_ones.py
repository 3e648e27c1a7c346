"""Passes over parameters that are frozen already, so they are missing from the result and may keep a grad ("The names of these parameters"; "its `grad` becomes None")."""

def _stays(bn: nn.Module) -> Callable[..., nn.Module]:
    def train(mode: bool = True) -> nn.Module:
        return bn

    return train


def freeze(net: nn.Module, prefix: str) -> list[str]:
    def inside(name: str) -> bool:
        return not prefix or name == prefix or name.startswith(prefix + ".")

    for name, module in list(net.named_modules(remove_duplicate=False)):
        if inside(name) and isinstance(module, _BatchNorm):
            module.eval()
            module.train = _stays(module)
    names = []
    for name, p in net.named_parameters(remove_duplicate=False):
        if inside(name) and p.requires_grad:
            p.requires_grad_(False)
            p.grad = None
            names.append(name)
    return names
