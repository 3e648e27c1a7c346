"""The mean as a Python number, which gradients do not pass.

says: make the mean a constant
"""
class CenteredLayer(nn.Module):
    def forward(self, X):
        return X - X.mean().item()
