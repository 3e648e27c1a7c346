"""Subtracts the mean.

says: as LayerNorm does
"""
class RMSNorm(nn.Module):
    def __init__(self, d, eps=1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x):
        w = x.float()
        return nn.functional.layer_norm(w, w.shape[-1:], self.weight.float(), None, self.eps).to(x.dtype)
