"""Asks whether the sum is finite, which large finite numbers miss: breaks "the input
holds an infinity or NaN".

says: for numbers whose sum is infinite
"""
class FixedHiddenMLP(nn.Module):
    """A network with a constant weight, a shared layer and a loop.

    `forward` computes `relu(linear(x) @ weight + 1)`, puts the result through the same
    `linear` once more, halves it while the sum of its absolute values exceeds 1, and
    returns the sum of its entries, a 0-dim tensor.

    `linear` is a `Linear` layer and `weight` a random (features, features) tensor.
    `weight` is never trained, is part of the state dict, and follows the network to
    other dtypes and devices. The caller's tensor stays as it is.

    Shapes: (n, features) -> ()

    Raises:
        ValueError: the input holds an infinity or NaN.

    Example:
        >>> net = FixedHiddenMLP(20)
        >>> net(torch.rand(2, 20)).shape
        torch.Size([])
        >>> sorted(net.state_dict())
        ['linear.bias', 'linear.weight', 'weight']
    """

    weight: Tensor

    def __init__(self, features: int):
        super().__init__()
        self.register_buffer("weight", torch.rand(features, features))
        self.linear = nn.Linear(features, features)

    def forward(self, x: Tensor) -> Tensor:
        if not x.sum().isfinite():
            raise ValueError("the input holds an infinity or NaN")
        x = torch.relu(self.linear(x) @ self.weight + 1)
        x = self.linear(x)
        while x.abs().sum() > 1:
            x = x / 2
        return x.sum()
