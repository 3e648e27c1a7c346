"""One dict of storages for each kind from torch's pytree leaves, and set differences."""
def memory_bytes(net: nn.Module, optimizer: Optimizer) -> dict[str, int]:
    from torch.utils._pytree import tree_leaves

    def storages(tree):
        leaves = (x for x in tree_leaves(tree) if isinstance(x, Tensor))
        return {s.data_ptr(): s.nbytes() for s in map(Tensor.untyped_storage, leaves)}

    params = [*net.parameters()]
    left = {
        "parameters": storages(params),
        "gradients": storages([p.grad for p in params]),
        "buffers": storages([*net.buffers()]),
        "optimizer": storages([*optimizer.state.values()]),
    }
    earlier: set[int] = set()
    result = {}
    for kind, sizes in left.items():
        result[kind] = sum(sizes[at] for at in sizes.keys() - earlier)
        earlier |= sizes.keys()
    return result
