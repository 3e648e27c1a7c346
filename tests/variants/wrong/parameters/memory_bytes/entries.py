"""Counts entries.

says: entries are not bytes
"""
def memory_bytes(net, optimizer):
    ps = list(net.parameters())
    state = [v for s in optimizer.state.values() for v in s.values()]
    return {
        "parameters": sum(p.numel() for p in ps),
        "gradients": sum(p.grad.numel() for p in ps if p.grad is not None),
        "buffers": sum(b.numel() for b in net.buffers()),
        "optimizer": sum(v.numel() for v in state if torch.is_tensor(v)),
    }
