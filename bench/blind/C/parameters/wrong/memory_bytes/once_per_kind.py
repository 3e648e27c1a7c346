"""Counts each storage once within a kind, but again in the next kind, as for a buffer that is a view of a weight: breaks "each storage counts once, under the first of the kinds ... that has it"."""


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _tensors(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _tensors(item)


def memory_bytes(net: nn.Module, optimizer: Optimizer) -> dict[str, int]:
    params = list(net.parameters())
    kinds = {
        "parameters": params,
        "gradients": [p.grad for p in params if p.grad is not None],
        "buffers": list(net.buffers()),
        "optimizer": list(_tensors(optimizer.state)),
    }
    sizes = {}
    for kind, tensors in kinds.items():
        sizes[kind] = 0
        seen = set()
        for t in tensors:
            storage = t.untyped_storage()
            if storage._cdata not in seen:
                seen.add(storage._cdata)
                sizes[kind] += storage.nbytes()
    return sizes
