"""Rows are named tuples, from a recursion over the registries of the modules."""
def parameter_table(net: nn.Module) -> list[tuple[str, tuple[int, ...], int, bool]]:
    from collections import namedtuple

    Row = namedtuple("Row", "name shape numel trainable")
    seen: set[int] = set()

    def rows(module, prefix):
        if id(module) in seen:
            return
        seen.add(id(module))
        for name, p in module._parameters.items():
            if p is not None and id(p) not in seen:
                seen.add(id(p))
                yield Row(prefix + name, tuple(p.shape), p.numel(), p.requires_grad)
        for name, child in module._modules.items():
            if child is not None:
                yield from rows(child, prefix + name + ".")

    return [*rows(net, "")]
