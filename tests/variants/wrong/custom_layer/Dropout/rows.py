"""Drops whole rows.

says: does not draw each entry on its own
"""
class Dropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError
        self.p = p

    def forward(self, X):
        if not self.training:
            return X
        if self.p == 1:
            return torch.zeros_like(X)
        mask = (torch.rand(*X.shape[:-1], 1) >= self.p).to(X.dtype)
        return X * mask / (1 - self.p)
