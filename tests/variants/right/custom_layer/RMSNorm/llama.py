"""As in Llama, rounded before the weight is applied; float64 stays."""
class RMSNorm(nn.Module):
    def __init__(self, hidden_size, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(hidden_size))
        self.variance_epsilon = eps

    def _norm(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.variance_epsilon)

    def forward(self, x):
        output = self._norm(x if x.dtype == torch.float64 else x.float()).type_as(x)
        return (output * self.weight).type_as(x)
