"""One mean for each row.

says: one mean for each row
"""
class CenteredLayer(nn.Module):
    def forward(self, X):
        return X - X.mean(dim=-1, keepdim=True)
