"""The weight is a buffer, so it is not learned.

says: not learned
"""
class RMSNorm(nn.Module):
    def __init__(self, d, eps=1e-6):
        super().__init__()
        self.eps = eps
        self.register_buffer("weight", torch.ones(d))

    def forward(self, x):
        w = x.float()
        return (w * torch.rsqrt(w.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight).to(x.dtype)
