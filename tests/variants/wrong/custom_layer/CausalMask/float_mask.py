"""Adds a float32 mask of 0 and -inf, so float16 scores come back as float32 ("The result has their
dtype").

says: (?s)for float16.*got +float32
"""

class CausalMask(nn.Module):
    def __init__(self, max_len: int):
        super().__init__()
        self.max_len = max_len
        mask = torch.full((max_len, max_len), -torch.inf).triu(1)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, scores: Tensor) -> Tensor:
        n = scores.shape[-1]
        if n > self.max_len:
            raise ValueError(f"{n} scores, at most {self.max_len}")
        mask = self.mask[:n, :n]
        return torch.where(mask == 0, scores, mask)
