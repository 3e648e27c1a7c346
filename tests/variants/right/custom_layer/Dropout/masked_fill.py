"""Fills what is dropped with zeros; divides unless nothing is left."""
class Dropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must be between 0 and 1, got {p}")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        dropped = torch.rand(x.shape, device=x.device) < self.p
        kept = x.masked_fill(dropped, 0.0)
        return kept if self.p == 1 else kept / (1 - self.p)
