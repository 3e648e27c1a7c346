"""nan_to_num repairs inf - inf in forward, but its gradient is 0 there ("the gradient in x is the gradient in the result, unchanged")."""


def round_ste(x: Tensor) -> Tensor:
    zero = torch.nan_to_num(x - x.detach())
    return torch.round(x.detach()) + zero
