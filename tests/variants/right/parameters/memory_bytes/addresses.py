"""One loop with a set of storage objects."""
def memory_bytes(net, optimizer):
    def tensors_of(kind):
        if kind == "parameters":
            yield from net.parameters()
        elif kind == "gradients":
            yield from (p.grad for p in net.parameters() if p.grad is not None)
        elif kind == "buffers":
            yield from net.buffers()
        else:
            leaves = torch.utils._pytree.tree_leaves(dict(optimizer.state))
            yield from filter(torch.is_tensor, leaves)

    counted, result = set(), {}
    for kind in ("optimizer", "buffers", "gradients", "parameters")[::-1]:
        result[kind] = 0
        for t in tensors_of(kind):
            storage = t.untyped_storage()
            if storage._cdata not in counted:
                counted.add(storage._cdata)
                result[kind] += len(storage)
    return result
