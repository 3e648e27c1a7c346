"""Names the layers by their widths, so that equal pairs are one layer: breaks "through the
`hidden` widths".

says: layers of equal widths are several
"""
from collections import OrderedDict


def build_mlp(config: MLPConfig) -> nn.Module:
    activation = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}[config.activation]
    widths = (config.in_features, *config.hidden, config.out_features)
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for i, (a, b) in enumerate(pairwise(widths)):
        if i > 0:
            layers[f"activation{i}"] = activation()
        layers[f"linear{a}to{b}"] = nn.Linear(a, b)
    net = nn.Sequential(layers)
    net.config = config
    return net
