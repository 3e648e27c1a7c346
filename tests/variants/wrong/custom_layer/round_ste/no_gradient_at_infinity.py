"""Takes x.detach() where x is not finite: gradient 0 there ("the gradient in x is the gradient in the
result, unchanged").

says: for infinite entries
"""

def round_ste(x: Tensor) -> Tensor:
    # inf - inf would be NaN, so infinities and NaN go around the sum.
    straight = x + (torch.round(x) - x).detach()
    return torch.where(torch.isfinite(x), straight, x.detach())
