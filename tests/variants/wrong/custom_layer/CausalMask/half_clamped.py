"""Clamps scores of half precision, so that infinite ones become finite ("every other entry is kept").

says: for inf, NaN and large entries in half precision
"""
class CausalMask(nn.Module):
    def __init__(self, max_len: int):
        super().__init__()
        mask = torch.ones(max_len, max_len, dtype=torch.bool).triu(1)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, scores: Tensor) -> Tensor:
        n = scores.shape[-1]
        if n > len(self.mask):
            raise ValueError("too long")
        if scores.dtype == torch.float16:
            scores = scores.clamp(-65504, 65504)
        return scores.masked_fill(self.mask[:n, :n], -torch.inf)
