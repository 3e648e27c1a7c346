"""Fails without matrices.

says: torch\.stack needs a tensor
"""
def norm_log(matrices, device):
    moved = (m.to(device) for m in matrices)
    return torch.stack([(m @ m).norm() for m in moved]).cpu()
