"""nn.functional.bilinear of x with itself, on a flat batch."""
class QuadraticReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(in_features, in_features, out_features).normal_(std=0.1))

    def forward(self, x):
        flat = x.reshape(-1, x.shape[-1])
        y = nn.functional.bilinear(flat, flat, self.weight.permute(2, 0, 1))
        return y.reshape(*x.shape[:-1], y.shape[-1])
