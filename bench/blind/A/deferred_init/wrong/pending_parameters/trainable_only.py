"""Frozen placeholders are skipped, which breaks "the parameters that are still placeholders".

slip: skips frozen placeholders
"""

def pending_parameters(net: nn.Module) -> list[str]:
    names = []
    for name, p in net.named_parameters():
        if p.requires_grad and isinstance(p, UninitializedParameter):
            names.append(name)
    return names
