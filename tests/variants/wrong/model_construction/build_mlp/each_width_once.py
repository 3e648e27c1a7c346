"""Takes each hidden width once: breaks "through the `hidden` widths".

says: for equal widths
"""
def build_mlp(config: MLPConfig) -> nn.Module:
    """Return the multilayer perceptron that `config` describes.

    `Linear` layers lead from `in_features` through the `hidden` widths to
    `out_features`, with the activation (`nn.ReLU`, `nn.Tanh` or `nn.GELU`) between
    them and none after the last. The network keeps `config` as its attribute `config`,
    so that `build_mlp(net.config)` builds another one of the same form, with
    parameters of its own.

    Shapes of the network: (..., in_features) -> (..., out_features)

    Example:
        >>> net = build_mlp(MLPConfig(4, (8,), 2, activation="tanh"))
        >>> net(torch.zeros(5, 4)).shape
        torch.Size([5, 2])
        >>> net.config.hidden
        (8,)
    """
    widths = [config.in_features, *dict.fromkeys(config.hidden), config.out_features]
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), _ACTIVATIONS[config.activation]()]
    net = nn.Sequential(*layers[:-1])
    net.config = config
    return net
