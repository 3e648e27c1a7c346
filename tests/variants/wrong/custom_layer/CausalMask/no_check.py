"""A longer input meets a shape error of torch's own.

says: raises another exception than it must
"""
class CausalMask(nn.Module):
    def __init__(self, max_len):
        super().__init__()
        self.register_buffer("mask", torch.ones(max_len, max_len).triu(1).bool(), persistent=False)

    def forward(self, scores):
        n = scores.shape[-1]
        return scores.masked_fill(self.mask[:n, :n], float("-inf"))
