"""Masks in float32 and casts back, which rounds float64 scores ("every other entry is
kept").

says: gives a wrong result for float64
"""

class CausalMask(nn.Module):
    def __init__(self, max_len: int):
        super().__init__()
        mask = torch.ones(max_len, max_len, dtype=torch.bool).triu(1)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, scores: Tensor) -> Tensor:
        n = scores.shape[-1]
        if n > self.mask.shape[0]:
            raise ValueError(f"{n} is more than {self.mask.shape[0]}")
        masked = scores.float().masked_fill(self.mask[:n, :n], float("-inf"))
        return masked.to(scores.dtype)
