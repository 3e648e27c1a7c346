"""Masks the diagonal too.

says: a query sees its own key
"""
class CausalMask(nn.Module):
    def __init__(self, max_len):
        super().__init__()
        self.register_buffer("mask", torch.ones(max_len, max_len).triu().bool(), persistent=False)

    def forward(self, scores):
        n = scores.shape[-1]
        if n > len(self.mask):
            raise ValueError
        return scores.masked_fill(self.mask[:n, :n], float("-inf"))
