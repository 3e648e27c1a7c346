"""Lists all parameters of a module that has a placeholder, also those that have a shape already ("the parameters that are still placeholders")."""


def pending_parameters(net: nn.Module) -> list[str]:
    open_ones = set()
    for module in net.modules():
        own = list(module.parameters(recurse=False))
        if any(isinstance(p, UninitializedParameter) for p in own):
            open_ones.update(id(p) for p in own)
    return [name for name, p in net.named_parameters() if id(p) in open_ones]
