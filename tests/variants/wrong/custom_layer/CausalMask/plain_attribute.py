"""The mask is a plain attribute.

says: register_buffer moves it
"""
class CausalMask(nn.Module):
    def __init__(self, max_len):
        super().__init__()
        self.mask = torch.ones(max_len, max_len).triu(1).bool()

    def forward(self, scores):
        n = scores.shape[-1]
        if n > len(self.mask):
            raise ValueError
        return scores.masked_fill(self.mask[:n, :n], float("-inf"))
