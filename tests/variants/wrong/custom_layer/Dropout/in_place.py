"""Zeroes the caller's tensor.

says: changes the caller's tensor
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
        X[torch.rand(X.shape) < self.p] = 0
        return X / (1 - self.p)
