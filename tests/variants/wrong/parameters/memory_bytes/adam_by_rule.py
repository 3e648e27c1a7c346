"""Takes two averages for every optimizer.

says: look at optimizer.state
"""
def memory_bytes(net, optimizer):
    seen = set()

    def size(tensors):
        total = 0
        for t in tensors:
            s = t.untyped_storage()
            if s.data_ptr() not in seen:
                seen.add(s.data_ptr())
                total += s.nbytes()
        return total

    ps = list(net.parameters())
    parameters = size(ps)
    return {
        "parameters": parameters,
        "gradients": size(p.grad for p in ps if p.grad is not None),
        "buffers": size(net.buffers()),
        "optimizer": 2 * parameters,
    }
