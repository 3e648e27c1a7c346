"""Lists all own parameters of a module in which one is a placeholder, so an ordinary one beside it, too: breaks "the parameters that are still placeholders"."""


def pending_parameters(net: nn.Module) -> list[str]:
    waiting = set()
    for module in net.modules():
        own = list(module.parameters(recurse=False))
        if any(isinstance(p, UninitializedParameter) for p in own):
            waiting.update(id(p) for p in own)
    return [name for name, p in net.named_parameters() if id(p) in waiting]
