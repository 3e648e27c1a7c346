"""Takes for granted that every parameter has a gradient.

says: frozen has no gradient
"""
def memory_bytes(net, optimizer):
    ps = list(net.parameters())
    state = [v for s in optimizer.state.values() for v in s.values() if torch.is_tensor(v)]
    seen = set()

    def size(tensors):
        total = 0
        for t in tensors:
            s = t.untyped_storage()
            if s.data_ptr() not in seen:
                seen.add(s.data_ptr())
                total += s.nbytes()
        return total

    parameters = size(ps)
    return {
        "parameters": parameters,
        "gradients": parameters if any(p.grad is not None for p in ps) else 0,
        "buffers": size(net.buffers()),
        "optimizer": size(state),
    }
