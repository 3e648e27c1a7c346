"""Reads each norm.

says: waits at every step
"""
def norm_log(matrices, device):
    norms, dtype = [], torch.float32
    for m in matrices:
        dtype = m.dtype
        m = m.to(device)
        norms.append((m @ m).norm().item())
    return torch.tensor(norms, dtype=dtype)
