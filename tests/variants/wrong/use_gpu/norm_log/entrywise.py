"""Squares entry by entry.

says: entry by entry
"""
def norm_log(matrices, device):
    norms = [(m.to(device) ** 2).norm() for m in matrices]
    return torch.stack(norms).cpu() if norms else torch.empty(0)
