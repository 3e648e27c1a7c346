"""Takes the buffers from the state dict.

says: buffers expanded, not saved
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
    params = dict(net.named_parameters(remove_duplicate=False))
    kinds = {
        "parameters": list(net.parameters()),
        "gradients": [p.grad for p in net.parameters() if p.grad is not None],
        "buffers": [t for name, t in net.state_dict().items() if name not in params],
        "optimizer": list(_tensors(optimizer.state)),
    }
    seen: set[int] = set()
    sizes = {}
    for kind, tensors in kinds.items():
        sizes[kind] = 0
        for t in tensors:
            storage = t.untyped_storage()
            if storage.data_ptr() not in seen:
                seen.add(storage.data_ptr())
                sizes[kind] += storage.nbytes()
    return sizes
