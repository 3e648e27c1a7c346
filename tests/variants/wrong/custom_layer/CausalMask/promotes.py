"""A float32 mask, added to half precision.

says: (?s)for float16.*got +float32
"""
class CausalMask(nn.Module):
    def __init__(self, max_len):
        super().__init__()
        self.register_buffer("mask", torch.full((max_len, max_len), -torch.inf).triu(1), persistent=False)

    def forward(self, scores):
        n = scores.shape[-1]
        if n > len(self.mask):
            raise ValueError
        return scores + self.mask[:n, :n]
