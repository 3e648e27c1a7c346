"""A parameter registered by name and detached, a loop that returns from within."""
class FixedHiddenMLP(nn.Module):
    def __init__(self, features):
        super().__init__()
        constant = torch.randn(features, features)
        self.register_parameter("weight", nn.Parameter(constant, requires_grad=False))
        self.linear = nn.Linear(features, features)

    def forward(self, x):
        if bool((x.isnan() | x.isinf()).any()):
            raise ValueError("only finite inputs")
        hidden = torch.einsum("ni,ij->nj", self.linear(x), self.weight.detach()).add(1)
        out = self.linear(nn.functional.relu(hidden))
        while True:
            if not out.detach().abs().sum().item() > 1:
                return torch.einsum("nj->", out)
            out = 0.5 * out
