"""Looks only at tensors right in a parameter's state, not at those in lists, as
LBFGS's history ("all tensors in the optimizer's state").

says: look at any depth
"""


def memory_bytes(net: nn.Module, optimizer: Optimizer) -> dict[str, int]:
    kinds = {
        "parameters": list(net.parameters()),
        "gradients": [p.grad for p in net.parameters() if p.grad is not None],
        "buffers": list(net.buffers()),
        "optimizer": [
            value
            for state in optimizer.state.values()
            for value in state.values()
            if isinstance(value, Tensor)
        ],
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
