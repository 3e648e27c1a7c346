"""nn.functional.rms_norm on a float32 copy, the weight afterwards."""
class RMSNorm(nn.Module):
    def __init__(self, d, eps=1e-6):
        super().__init__()
        self.d, self.eps = d, eps
        self.weight = nn.Parameter(torch.ones(d))

    def forward(self, x):
        dtype = x.dtype
        if dtype in (torch.float16, torch.bfloat16):
            x = x.float()
        return nn.functional.rms_norm(x, (self.d,), eps=self.eps).to(dtype).mul(self.weight).to(dtype)
