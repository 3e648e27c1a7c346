"""Lazy module means pending, even when filled.

says: whatever its layer does
"""
def pending_parameters(net: nn.Module) -> list[str]:
    modules = dict(net.named_modules())
    return [
        name
        for name, _ in net.named_parameters()
        if isinstance(modules[name.rpartition(".")[0]], LazyModuleMixin)
    ]
