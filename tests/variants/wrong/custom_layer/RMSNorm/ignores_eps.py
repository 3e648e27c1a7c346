"""Ignores the eps that is given.

says: the eps that is given is not used
"""
class RMSNorm(nn.Module):
    def __init__(self, d, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x):
        w = x.float()
        return (w * torch.rsqrt(w.pow(2).mean(-1, keepdim=True) + 1e-6) * self.weight).to(x.dtype)
