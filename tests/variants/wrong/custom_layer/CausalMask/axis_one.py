"""Reads n off axis 1, which is the heads' axis of a (batch, heads, n, n) tensor ("the last two axes of
the scores").

says: raises an exception
"""

class CausalMask(nn.Module):
    def __init__(self, max_len: int):
        super().__init__()
        self.max_len = max_len
        mask = torch.ones(max_len, max_len, dtype=torch.bool).triu(1)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, scores: Tensor) -> Tensor:
        n = scores.size(1)
        if n > self.max_len:
            raise ValueError(f"{n} scores, at most {self.max_len}")
        return scores.masked_fill(self.mask[:n, :n], -torch.inf)
