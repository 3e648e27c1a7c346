"""The names are sorted as text, which breaks "their order [is that] of `net.named_parameters()`".

slip: names sorted as text
"""

def pending_parameters(net: nn.Module) -> list[str]:
    pending = {n for n, p in net.named_parameters() if isinstance(p, UninitializedParameter)}
    return sorted(pending, key=lambda name: (name.split(".")[:-1], name.endswith("bias")))
