"""Names the layers by their widths, so a width that comes twice loses a layer ("One
`LazyLinear` layer per width, in the order given").

says: each width has a layer of its own
"""

from collections import OrderedDict


def lazy_mlp(*widths: int) -> nn.Module:
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    *hidden, last = widths
    for width in hidden:
        layers[f"linear{width}"] = nn.LazyLinear(width)
        layers[f"relu{width}"] = nn.ReLU()
    layers["output"] = nn.LazyLinear(last)
    return nn.Sequential(layers)
