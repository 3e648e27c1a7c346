"""Knows a storage by where the tensor begins.

says: is where a view begins
"""
def _tensors(value):
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _tensors(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _tensors(part)


def memory_bytes(net: nn.Module, optimizer: Optimizer) -> dict[str, int]:
    kinds = {
        "parameters": list(net.parameters()),
        "gradients": [p.grad for p in net.parameters() if p.grad is not None],
        "buffers": list(net.buffers()),
        "optimizer": list(_tensors(optimizer.state)),
    }
    seen: set[int] = set()
    sizes = {}
    for kind, tensors in kinds.items():
        sizes[kind] = 0
        for t in tensors:
            if t.data_ptr() not in seen:
                seen.add(t.data_ptr())
                sizes[kind] += t.untyped_storage().nbytes()
    return sizes
