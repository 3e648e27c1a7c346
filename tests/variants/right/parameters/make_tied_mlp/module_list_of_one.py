"""The same layer many times in a ModuleList; forward is a recursion."""
class _ListTied(nn.Module):
    def __init__(self, width: int, depth: int):
        super().__init__()
        self.uses = nn.ModuleList([nn.Linear(width, width)] * depth)

    def forward(self, x, use: int = -1):
        if use > -len(self.uses):
            x = self.forward(x, use - 1).relu()
        return self.uses[use](x)


def make_tied_mlp(width: int, depth: int) -> nn.Module:
    return _ListTied(width, depth)
