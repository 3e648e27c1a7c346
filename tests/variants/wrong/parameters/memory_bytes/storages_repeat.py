"""Counts the storage behind each tensor, as often as it is met.

says: one storage take
"""
def memory_bytes(net, optimizer):
    ps = list(net.parameters())
    state = [v for s in optimizer.state.values() for v in s.values()]
    return {
        "parameters": sum(p.untyped_storage().nbytes() for p in ps),
        "gradients": sum(p.grad.untyped_storage().nbytes() for p in ps if p.grad is not None),
        "buffers": sum(b.untyped_storage().nbytes() for b in net.buffers()),
        "optimizer": sum(v.untyped_storage().nbytes() for v in state if torch.is_tensor(v)),
    }
