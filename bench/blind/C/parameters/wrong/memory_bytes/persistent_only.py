"""Takes the buffers from the state dict, which has no buffers registered with persistent=False: breaks "how many bytes a network in training holds ... `"buffers"`"."""


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
        "buffers": [
            t
            for t in net.state_dict(keep_vars=True).values()
            if isinstance(t, Tensor) and not isinstance(t, nn.Parameter)
        ],
        "optimizer": list(_tensors(optimizer.state)),
    }
    sizes = {}
    seen = set()
    for kind, tensors in kinds.items():
        sizes[kind] = 0
        for t in tensors:
            storage = t.untyped_storage()
            if storage._cdata not in seen:
                seen.add(storage._cdata)
                sizes[kind] += storage.nbytes()
    return sizes
