"""Unusual: nn.functional.bilinear of x with itself, over flattened rows."""


class QuadraticReduction(nn.Module):
    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.register_parameter("weight", None)
        self.weight = nn.Parameter(torch.empty(in_features, in_features, out_features).uniform_(-1, 1))

    def forward(self, x: Tensor) -> Tensor:
        head = x.shape[:-1]
        rows = x.reshape(head.numel(), x.shape[-1])
        forms = self.weight.movedim(-1, 0)
        return nn.functional.bilinear(rows, rows, forms).reshape(*head, forms.shape[0])
