"""The mean by hand, in a method of its own."""
class CenteredLayer(nn.Module):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def center(self, X):
        return torch.sub(X, torch.sum(X) / X.numel())

    def forward(self, X):
        return self.center(X)
