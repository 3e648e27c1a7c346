"""Multiplies entries by their size, so a slice of a large storage counts its own few bytes and an
expanded tensor too many, against "counts the bytes of the whole storage behind it".

slip: counted the view, not its storage
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
            where = t.untyped_storage().data_ptr()
            if where not in seen:
                seen.add(where)
                sizes[kind] += t.numel() * t.element_size()
    return sizes
