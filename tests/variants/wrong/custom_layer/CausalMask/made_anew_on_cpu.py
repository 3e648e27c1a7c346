"""Has the buffer, but makes the mask anew at every call, on the CPU ("made once, as a buffer: it follows the
layer to other devices").

says: made anew, on the CPU
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
        return scores.masked_fill(torch.ones(n, n, dtype=torch.bool).triu(1), -torch.inf)
