"""Joins module and parameter name with a dot also for `net` itself: ".weight" ("The
names ... are those of `net.named_parameters()`").

says: the network has parameters of its own
"""

def pending_parameters(net: nn.Module) -> list[str]:
    seen: set[int] = set()
    names = []
    for prefix, module in net.named_modules():
        for name, p in module.named_parameters(recurse=False):
            if id(p) in seen:
                continue
            seen.add(id(p))
            if isinstance(p, UninitializedParameter):
                names.append(f"{prefix}.{name}")
    return names
