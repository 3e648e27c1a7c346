"""Uses one layer for both where all widths are equal: breaks "a `Linear` layer to `hidden`
units, ReLU, a `Linear` layer".

says: wrong gradients
"""
class MLP(nn.Module):
    """A multilayer perceptron with one hidden layer.

    A `Linear` layer to `hidden` units, ReLU, a `Linear` layer to `out_features` units.
    It works on the last axis, whatever comes before it. Every call uses the same
    layers, so the network can be trained.

    Shapes: (..., in_features) -> (..., out_features)

    Example:
        >>> MLP(4, 8, 2)(torch.zeros(5, 3, 4)).shape
        torch.Size([5, 3, 2])
    """

    def __init__(self, in_features: int, hidden: int, out_features: int):
        super().__init__()
        self.hidden = nn.Linear(in_features, hidden)
        self.out = self.hidden if in_features == hidden == out_features else nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(torch.relu(self.hidden(x)))
