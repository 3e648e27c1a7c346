"""Collects the gradients of the optimizer's parameters, so those of parameters that the optimizer does not train are missing ("`"gradients"` (of the parameters that have one)")."""


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _tensors(item)
    elif isinstance(value, list | tuple | set):
        for item in value:
            yield from _tensors(item)


def memory_bytes(net: nn.Module, optimizer: Optimizer) -> dict[str, int]:
    trained = [p for group in optimizer.param_groups for p in group["params"]]
    kinds = {
        "parameters": net.parameters(),
        "gradients": (p.grad for p in trained if p.grad is not None),
        "buffers": net.buffers(),
        "optimizer": _tensors(optimizer.state),
    }
    seen: set[int] = set()
    result = {}
    for kind, tensors in kinds.items():
        result[kind] = 0
        for t in tensors:
            storage = t.untyped_storage()
            if storage.data_ptr() not in seen:
                seen.add(storage.data_ptr())
                result[kind] += storage.nbytes()
    return result
