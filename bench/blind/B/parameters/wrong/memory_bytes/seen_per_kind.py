"""Remembers storages anew for each kind, so a buffer that is a view of a parameter counts under
both, against "each storage counts once, under the first of the kinds".

slip: each kind counted with its own memory
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
    sizes = {}
    for kind, tensors in kinds.items():
        storages = {t.untyped_storage().data_ptr(): t.untyped_storage() for t in tensors}
        sizes[kind] = sum(storage.nbytes() for storage in storages.values())
    return sizes
