r"""Multiplies -inf by zero.

says: 0 \* -inf is NaN
"""
class CausalMask(nn.Module):
    def __init__(self, max_len):
        super().__init__()
        self.register_buffer("mask", torch.ones(max_len, max_len).triu(1), persistent=False)

    def forward(self, scores):
        n = scores.shape[-1]
        if n > len(self.mask):
            raise ValueError
        return (scores + self.mask[:n, :n] * float("-inf")).to(scores.dtype)
