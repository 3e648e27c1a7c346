"""Multiplies entries by their size: views and slices are not storage.

says: slice keeps the whole storage
"""
def memory_bytes(net, optimizer):
    ps = list(net.parameters())
    state = [v for s in optimizer.state.values() for v in s.values()]
    unique = {p.data_ptr(): p for p in ps}.values()
    return {
        "parameters": sum(p.nbytes for p in unique),
        "gradients": sum(p.grad.nbytes for p in ps if p.grad is not None),
        "buffers": sum(b.nbytes for b in net.buffers()),
        "optimizer": sum(v.nbytes for v in state if torch.is_tensor(v)),
    }
