"""Clears the future by a product with 0, so that -inf (from another mask), inf and NaN
there become NaN: breaks "becomes -inf where j > i, whatever it was".

says: (?s)for infinite scores.*nan instead of -inf
"""


class CausalMask(nn.Module):
    keep: Tensor
    hide: Tensor

    def __init__(self, max_len: int):
        super().__init__()
        self.max_len = max_len
        keep = torch.ones(max_len, max_len).tril()
        hide = torch.full((max_len, max_len), float("-inf")).triu(1)
        self.register_buffer("keep", keep, persistent=False)
        self.register_buffer("hide", hide, persistent=False)

    def forward(self, scores: Tensor) -> Tensor:
        n = scores.shape[-1]
        if n > self.max_len:
            raise ValueError(f"{n} positions exceed max_len = {self.max_len}")
        keep = self.keep[:n, :n].to(scores.dtype)
        hide = self.hide[:n, :n].to(scores.dtype)
        return scores * keep + hide
