"""The norm without a weight by torch's function, the weight by hand."""
class RMSNorm(nn.RMSNorm):
    def __init__(self, d, eps=1e-6):
        super().__init__(d, eps=eps)

    def forward(self, x):
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        bare = nn.functional.rms_norm(wide, self.normalized_shape, None, self.eps)
        return bare.mul(self.weight).type_as(x)
