"""Knows LazyLinear only.

says: other classes than LazyLinear
"""
def pending_parameters(net):
    names = []
    for prefix, m in net.named_modules():
        if isinstance(m, nn.LazyLinear) or "Lazy" in type(m).__name__ and hasattr(m, "bias"):
            names += [f"{prefix}.{n}" for n, _ in m.named_parameters()]
    return names
