"""Equal widths share one layer.

says: a layer of its own, as wide
"""
def lazy_mlp(*widths: int) -> nn.Module:
    by_width = {width: nn.LazyLinear(width) for width in widths}
    net = nn.Sequential()
    for i, width in enumerate(widths):
        net.append(by_width[width])
        if i + 1 < len(widths):
            net.append(nn.ReLU())
    return net
