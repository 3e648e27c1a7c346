"""Walks over the modules, so a placeholder tied between two modules is listed twice ("a shared parameter is listed once")."""


def pending_parameters(net: nn.Module) -> list[str]:
    return [
        name
        for prefix, module in net.named_modules()
        for name, p in module.named_parameters(prefix=prefix, recurse=False)
        if isinstance(p, UninitializedParameter)
    ]
