"""Adds -inf to the future: +inf and NaN there become NaN ("becomes -inf where j > i, whatever it was")."""

class CausalMask(nn.Module):
    mask: Tensor

    def __init__(self, max_len: int):
        super().__init__()
        mask = torch.full((max_len, max_len), float("-inf")).triu(1)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, scores: Tensor) -> Tensor:
        n = scores.shape[-1]
        if n > len(self.mask):
            raise ValueError(f"{n} positions, but max_len is {len(self.mask)}")
        return scores + self.mask[:n, :n].to(scores.dtype)
