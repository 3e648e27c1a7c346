"""Takes p for the probability of being kept.

says: p is the probability of zero, not of being kept
"""
class Dropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError
        self.p = p

    def forward(self, X):
        if not self.training or self.p == 1:
            return X
        if self.p == 0:
            return torch.zeros_like(X)
        return X * (torch.rand(X.shape) < self.p).to(X.dtype) / self.p
