"""Each storage once per kind, but again in the next kind.

says: counts there alone
"""
def memory_bytes(net, optimizer):
    ps = list(net.parameters())
    state = [v for s in optimizer.state.values() for v in s.values() if torch.is_tensor(v)]

    def size(tensors):
        found = {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in tensors}
        return sum(found.values())

    return {
        "parameters": size(ps),
        "gradients": size(p.grad for p in ps if p.grad is not None),
        "buffers": size(net.buffers()),
        "optimizer": size(state),
    }
