"""Concatenates one-element tensors onto an empty one."""
def norm_log(matrices, device):
    log = []
    for m in matrices:
        m = m.to(device)
        log.append((m @ m).norm().reshape(1))
    if len(log) == 0:
        return torch.zeros((0,))
    return torch.cat(log).cpu()
