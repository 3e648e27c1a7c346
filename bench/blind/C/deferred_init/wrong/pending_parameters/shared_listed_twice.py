"""Walks the modules one by one, so that a parameter shared by two of them appears under both names: breaks "a shared parameter is listed once"."""


def pending_parameters(net: nn.Module) -> list[str]:
    names = []
    for prefix, module in net.named_modules():
        for name, parameter in module.named_parameters(prefix, recurse=False):
            if isinstance(parameter, UninitializedParameter):
                names.append(name)
    return names
