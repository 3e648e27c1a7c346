"""Does not scale.

says: entries that are kept are not scaled
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
        return X * (torch.rand(X.shape) >= self.p).to(X.dtype)
