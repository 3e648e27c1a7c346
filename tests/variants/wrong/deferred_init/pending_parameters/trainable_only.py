"""Skips frozen placeholders.

says: to be trained or not
"""
def pending_parameters(net: nn.Module) -> list[str]:
    names = []
    for name, p in net.named_parameters():
        if p.requires_grad and isinstance(p, UninitializedParameter):
            names.append(name)
    return names
