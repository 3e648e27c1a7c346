"""Moves each matrix twice.

says: moves m twice
"""
def norm_log(matrices, device):
    norms = [(m.to(device) @ m.to(device)).norm() for m in matrices]
    return torch.stack(norms).cpu() if norms else torch.empty(0)
