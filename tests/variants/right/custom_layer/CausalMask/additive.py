"""Adds a mask of zeros and -inf, in the dtype of the scores."""
class CausalMask(nn.Module):
    def __init__(self, max_len):
        super().__init__()
        self.max_len = max_len
        m = torch.full((max_len, max_len), float("-inf")).triu(diagonal=1)
        self.register_buffer("mask", m, persistent=False)

    def forward(self, scores):
        n = scores.size(-1)
        if n > self.max_len:
            raise ValueError("too long")
        return scores + self.mask[:n, :n].to(scores.dtype)
