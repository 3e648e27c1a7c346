"""eps is added to the root.

says: eps is added to the root, not under it
"""
class RMSNorm(nn.Module):
    def __init__(self, d, eps=1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x):
        w = x.float()
        rms = w.pow(2).mean(-1, keepdim=True).sqrt()
        return (w / (rms + self.eps) * self.weight).to(x.dtype)
