"""Shows each norm.

says: waits at every step
"""
def norm_log(matrices, device):
    norms = []
    for m in matrices:
        m = m.to(device)
        norms.append((m @ m).norm())
        print(norms[-1])
    return torch.stack(norms).cpu() if norms else torch.empty(0)
