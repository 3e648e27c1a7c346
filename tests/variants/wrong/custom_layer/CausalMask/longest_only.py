"""Does not cut the mask.

says: must match
"""
class CausalMask(nn.Module):
    def __init__(self, max_len):
        super().__init__()
        self.register_buffer("mask", torch.ones(max_len, max_len).triu(1).bool(), persistent=False)

    def forward(self, scores):
        if scores.shape[-1] > len(self.mask):
            raise ValueError
        return scores.masked_fill(self.mask, float("-inf"))
