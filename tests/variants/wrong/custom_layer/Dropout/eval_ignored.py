r"""Does not ask self.training.

says: self\.training says which mode it is
"""
class Dropout(nn.Module):
    def __init__(self, p):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError
        self.p = p

    def forward(self, X):
        if self.p == 1:
            return torch.zeros_like(X)
        mask = (torch.rand(X.shape) > self.p).to(X.dtype)
        return mask * X / (1.0 - self.p)
