"""Writes each norm into a CPU tensor.

says: waits at every step
"""
def norm_log(matrices, device):
    out = torch.empty(len(matrices), dtype=matrices[0].dtype if matrices else None)
    for i, m in enumerate(matrices):
        m = m.to(device)
        out[i] = (m @ m).norm()
    return out
