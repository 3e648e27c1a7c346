"""Makes a larger mask where the scores exceed max_len ("ValueError: if n exceeds max_len").

says: does not raise for one position more
"""

class CausalMask(nn.Module):
    def __init__(self, max_len: int):
        super().__init__()
        self.register_buffer("mask", self._make(max_len), persistent=False)

    @staticmethod
    def _make(n: int) -> Tensor:
        return torch.ones(n, n, dtype=torch.bool).triu(1)

    def forward(self, scores: Tensor) -> Tensor:
        n = scores.shape[-1]
        if n > len(self.mask):
            self.mask = self._make(n).to(scores.device)
        return scores.masked_fill(self.mask[:n, :n], -torch.inf)
