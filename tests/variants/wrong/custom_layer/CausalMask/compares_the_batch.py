"""Compares the length of the batch with max_len ("if n exceeds max_len").

says: for a batch larger than max_len|for more heads
"""
class CausalMask(nn.Module):
    def __init__(self, max_len: int):
        super().__init__()
        mask = torch.ones(max_len, max_len, dtype=torch.bool).triu(1)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, scores: Tensor) -> Tensor:
        n = scores.shape[-1]
        if max(scores.shape) > len(self.mask):
            raise ValueError("too long")
        return scores.masked_fill(self.mask[:n, :n], -torch.inf)
