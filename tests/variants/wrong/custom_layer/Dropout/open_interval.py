"""Refuses p = 0 and p = 1 as if they were not between 0 and 1 ("With p = 0 all entries are kept, with
p = 1 none").

says: (?s)raises an exception.*p must be between
"""

class Dropout(nn.Module):
    def __init__(self, p: float):
        super().__init__()
        if not 0 < p < 1:
            raise ValueError(f"p must be between 0 and 1, not {p}")
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        keep = torch.rand(x.shape, device=x.device) >= self.p
        return torch.where(keep, x / (1 - self.p), 0.0)
