"""p = 1 gives NaN.

says: which is NaN
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
        mask = (torch.rand(X.shape) >= self.p).to(X.dtype)
        return X * mask / torch.tensor(1.0 - self.p, dtype=X.dtype)
