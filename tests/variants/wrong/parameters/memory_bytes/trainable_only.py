"""Counts what is trained only.

says: frozen parameters take memory too
"""
def memory_bytes(net, optimizer):
    ps = [p for group in optimizer.param_groups for p in group["params"] if p.requires_grad]
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

    return {
        "parameters": size(ps),
        "gradients": size(p.grad for p in ps if p.grad is not None),
        "buffers": size(net.buffers()),
        "optimizer": size(state),
    }
