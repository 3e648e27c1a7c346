"""Adds -inf to the future, which gives NaN where the score is +inf ("Entry (i, j) ... becomes -inf
where j > i").

says: (?s)for infinite scores.*nan instead of -inf
"""

class CausalMask(nn.Module):
    def __init__(self, max_len: int):
        super().__init__()
        self.max_len = max_len
        future = torch.ones(max_len, max_len, dtype=torch.bool).triu(1)
        self.register_buffer("future", future, persistent=False)

    def forward(self, scores: Tensor) -> Tensor:
        n = scores.shape[-1]
        if n > self.max_len:
            raise ValueError(f"{n} scores, at most {self.max_len}")
        bias = torch.zeros(n, n, dtype=scores.dtype, device=scores.device)
        bias = bias.masked_fill(self.future[:n, :n], -torch.inf)
        return scores + bias
