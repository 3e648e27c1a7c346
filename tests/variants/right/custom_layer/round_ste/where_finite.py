"""Right: the difference is a constant, where the numbers are finite."""

def round_ste(x: Tensor) -> Tensor:
    return torch.where(x.isfinite(), x + (torch.round(x) - x).detach(), x)
