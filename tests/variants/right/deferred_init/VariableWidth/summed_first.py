"""Sums the chunks first, and counts the bias."""
class VariableWidth(nn.Linear):
    def __init__(self, width, out):
        super().__init__(width, out)

    def forward(self, x):
        k = self.in_features
        n = -(-x.size(-1) // k)
        filled = torch.zeros(*x.shape[:-1], n * k, dtype=x.dtype, device=x.device)
        filled[..., : x.size(-1)] = x
        chunks = filled.view(*x.shape[:-1], n, k)
        return torch.einsum("...nk,ok->...o", chunks, self.weight) + n * self.bias
