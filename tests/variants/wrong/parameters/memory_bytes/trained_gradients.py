"""Counts gradients only of what requires them now.

says: the network frozen
"""
def memory_bytes(net, optimizer):
    ps = list(net.parameters())
    kinds = {
        "parameters": ps,
        "gradients": [p.grad for p in ps if p.requires_grad and p.grad is not None],
        "buffers": list(net.buffers()),
        "optimizer": list(_tensors_in(optimizer.state)),
    }
    seen, total = set(), {}
    for kind, tensors in kinds.items():
        storages = [t.untyped_storage() for t in tensors]
        sizes = {s.data_ptr(): s.nbytes() for s in storages}
        total[kind] = sum(sizes[a] for a in sizes.keys() - seen)
        seen |= sizes.keys()
    return total
