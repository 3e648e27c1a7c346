"""Unusual: each kind is a dict from storage address to size, and the kinds before are subtracted with set operations on the keys; the optimizer's state is flattened with tree_flatten."""

from torch.utils._pytree import tree_leaves


def memory_bytes(net: nn.Module, optimizer: Optimizer) -> dict[str, int]:
    def storages(tensors: Iterable[Any]) -> dict[int, int]:
        held = [t.untyped_storage() for t in tensors if isinstance(t, Tensor)]
        return {s.data_ptr(): s.nbytes() for s in held}

    kinds = {
        "parameters": storages(net.parameters()),
        "gradients": storages(p.grad for p in net.parameters()),
        "buffers": storages(net.buffers()),
        "optimizer": storages(tree_leaves([dict(s) for s in optimizer.state.values()])),
    }
    before: set[int] = set()
    result = {}
    for kind, held in kinds.items():
        result[kind] = sum(held[address] for address in held.keys() - before)
        before |= held.keys()
    return result
