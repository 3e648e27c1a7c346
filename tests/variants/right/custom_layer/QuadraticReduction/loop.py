"""One quadratic form after the other, from planes of the weight."""
class QuadraticReduction(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, in_features, out_features))

    def forward(self, x):
        result = []
        for k in range(self.weight.shape[2]):
            result.append(((x @ self.weight[:, :, k]) * x).sum(dim=-1))
        return torch.stack(result, dim=-1)
