"""Layers are kept in a dict by their width, so equal widths share one layer, which breaks "one `LazyLinear` layer per width".

slip: equal widths share one layer
"""

def lazy_mlp(*widths: int) -> nn.Module:
    by_width = {width: nn.LazyLinear(width) for width in widths}
    net = nn.Sequential()
    for i, width in enumerate(widths):
        net.append(by_width[width])
        if i + 1 < len(widths):
            net.append(nn.ReLU())
    return net
