"""Chooses between scores and a float32 matrix of -inf: half scores become float32 ("The result has their dtype")."""

class CausalMask(nn.Module):
    mask: Tensor

    def __init__(self, max_len: int):
        super().__init__()
        mask = torch.full((max_len, max_len), float("-inf")).triu(1)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, scores: Tensor) -> Tensor:
        n = scores.shape[-1]
        if n > self.mask.shape[0]:
            raise ValueError(f"{n} positions, but max_len is {self.mask.shape[0]}")
        mask = self.mask[:n, :n]
        return torch.where(mask == 0, scores, mask)
