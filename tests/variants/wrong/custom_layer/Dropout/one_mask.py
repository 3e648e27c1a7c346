"""Draws its mask once and keeps it.

says: the same entries at every call
"""
class Dropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError
        self.p = p
        self.mask = None

    def forward(self, X):
        if not self.training:
            return X
        if self.p == 1:
            return torch.zeros_like(X)
        if self.mask is None:
            self.mask = (torch.rand(X.shape) >= self.p).to(X.dtype)
        return X * self.mask / (1 - self.p)
