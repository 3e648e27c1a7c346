"""Asks the module, not the parameter.

says: whatever its layer does
"""
def pending_parameters(net: nn.Module) -> list[str]:
    modules = dict(net.named_modules())
    names = []
    for name, _ in net.named_parameters():
        owner = modules[name.rpartition(".")[0]]
        if isinstance(owner, LazyModuleMixin) and owner.has_uninitialized_params():
            names.append(name)
    return names
