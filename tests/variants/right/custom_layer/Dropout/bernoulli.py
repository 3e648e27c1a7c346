"""A Bernoulli mask, indexed; 1 - p is guarded by a branch."""
class Dropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0.0 <= p <= 1.0:
            raise ValueError("p")
        self.keep = 1.0 - p

    def forward(self, x):
        if self.training:
            mask = torch.bernoulli(torch.full_like(x, self.keep, dtype=torch.float32)).bool()
            factor = 1.0 / self.keep if self.keep > 0 else 0.0
            return torch.where(mask, x * factor, torch.zeros_like(x))
        return x.clone()
