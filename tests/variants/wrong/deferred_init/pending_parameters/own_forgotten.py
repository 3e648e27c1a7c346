"""Forgets the parameters of net itself.

says: has parameters of its own, too
"""
def pending_parameters(net: nn.Module) -> list[str]:
    seen: set[int] = set()
    names = []
    for prefix, child in net.named_children():
        for name, p in child.named_parameters(prefix):
            if isinstance(p, UninitializedParameter) and id(p) not in seen:
                seen.add(id(p))
                names.append(name)
    return names
