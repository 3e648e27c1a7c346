"""Keeps the mask as a plain attribute, which stays behind when the layer moves ("made once, as a
buffer: it follows the layer to other devices").

says: register_buffer moves it
"""

class CausalMask(nn.Module):
    def __init__(self, max_len: int):
        super().__init__()
        self.max_len = max_len
        self.mask = torch.ones(max_len, max_len, dtype=torch.bool).triu(1)

    def forward(self, scores: Tensor) -> Tensor:
        n = scores.shape[-1]
        if n > self.max_len:
            raise ValueError(f"{n} scores, at most {self.max_len}")
        return scores.masked_fill(self.mask[:n, :n], -torch.inf)
