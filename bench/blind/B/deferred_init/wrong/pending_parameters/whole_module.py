"""If a module has one placeholder, all of its parameters are listed, which breaks "the parameters that are still placeholders".

slip: asks the module, not the parameter
"""

def pending_parameters(net: nn.Module) -> list[str]:
    modules = dict(net.named_modules())
    names = []
    for name, _ in net.named_parameters():
        owner = modules[name.rpartition(".")[0]]
        if isinstance(owner, LazyModuleMixin) and owner.has_uninitialized_params():
            names.append(name)
    return names
