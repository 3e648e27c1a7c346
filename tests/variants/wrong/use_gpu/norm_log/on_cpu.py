"""Computes on the CPU.

says: not computed on the device at all
"""
def norm_log(matrices, device):
    norms = [(m @ m).norm() for m in matrices]
    return torch.stack(norms) if norms else torch.empty(0)
