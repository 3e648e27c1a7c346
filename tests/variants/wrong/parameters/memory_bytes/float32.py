"""Takes every entry for 4 bytes.

says: float64 entry has 8 bytes
"""
def memory_bytes(net, optimizer):
    ps = list(net.parameters())
    state = [v for s in optimizer.state.values() for v in s.values()]
    return {
        "parameters": sum(4 * p.numel() for p in ps),
        "gradients": sum(4 * p.grad.numel() for p in ps if p.grad is not None),
        "buffers": sum(4 * b.numel() for b in net.buffers()),
        "optimizer": sum(4 * v.numel() for v in state if torch.is_tensor(v)),
    }
