"""Collects in float32.

says: the norms become float32
"""
def norm_log(matrices, device):
    out = torch.zeros(len(matrices), device=device)
    for i, m in enumerate(matrices):
        m = m.to(device)
        out[i] = (m @ m).norm()
    return out.cpu()
