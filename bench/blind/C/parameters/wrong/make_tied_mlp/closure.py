"""All uses but the first reach the layer through a closure, so that a deep copy still computes with (and sends gradients to) the original's layer: breaks "They stay shared when the network ... is deep-copied"."""


class Apply(nn.Module):
    def __init__(self, function: Callable[[Tensor], Tensor]):
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


def make_tied_mlp(width: int, depth: int) -> nn.Module:
    linear = nn.Linear(width, width)
    again = [Apply(lambda x: linear(torch.relu(x))) for _ in range(depth - 1)]
    return nn.Sequential(linear, *again)
