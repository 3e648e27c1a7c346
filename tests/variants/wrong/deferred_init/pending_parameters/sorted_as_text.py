"""Names sorted as text.

says: the order is that of
"""
def pending_parameters(net: nn.Module) -> list[str]:
    pending = {n for n, p in net.named_parameters() if isinstance(p, UninitializedParameter)}
    return sorted(pending, key=lambda name: (name.split(".")[:-1], name.endswith("bias")))
