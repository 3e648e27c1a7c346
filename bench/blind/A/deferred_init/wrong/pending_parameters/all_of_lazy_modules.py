"""Every parameter of a lazy module is listed, filled or not, which breaks "the parameters that are still placeholders".

slip: lazy module means pending, even when filled
"""

def pending_parameters(net: nn.Module) -> list[str]:
    modules = dict(net.named_modules())
    return [
        name
        for name, _ in net.named_parameters()
        if isinstance(modules[name.rpartition(".")[0]], LazyModuleMixin)
    ]
