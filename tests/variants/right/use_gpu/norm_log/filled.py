"""Fills a tensor on the device, the norm of a flat product."""
def norm_log(matrices, device):
    matrices = list(matrices)
    dtype = matrices[0].dtype if matrices else torch.float32
    out = torch.zeros(len(matrices), dtype=dtype, device=device)
    for i, m in enumerate(matrices):
        m = m.to(torch.device(device), non_blocking=True)
        p = torch.mm(m, m)
        out[i] = p.flatten().norm()
    return out.to("cpu")
