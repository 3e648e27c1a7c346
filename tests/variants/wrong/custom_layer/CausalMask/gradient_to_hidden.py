"""Overwrites the data of a clone behind autograd's back, so hidden entries get gradients although they
do not reach the result (gradients flow to "every other entry").

says: 'gradient'
"""

class CausalMask(nn.Module):
    def __init__(self, max_len: int):
        super().__init__()
        self.max_len = max_len
        mask = torch.ones(max_len, max_len, dtype=torch.bool).triu(1)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, scores: Tensor) -> Tensor:
        n = scores.shape[-1]
        if n > self.max_len:
            raise ValueError(f"{n} scores, at most {self.max_len}")
        out = scores.clone()
        out.data.masked_fill_(self.mask[:n, :n], -torch.inf)
        return out
