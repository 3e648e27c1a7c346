"""The mask is a frozen parameter.

says: a mask is not trained
"""
class CausalMask(nn.Module):
    def __init__(self, max_len):
        super().__init__()
        self.mask = nn.Parameter(torch.ones(max_len, max_len).triu(1), requires_grad=False)

    def forward(self, scores):
        n = scores.shape[-1]
        if n > len(self.mask):
            raise ValueError
        return scores.masked_fill(self.mask[:n, :n] == 1, float("-inf"))
