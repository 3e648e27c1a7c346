"""Takes each layer that is as wide as the output for the last one: breaks "the activation
... between them".

says: as wide as the output
"""
def build_mlp(config: MLPConfig) -> nn.Module:
    activation = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}[config.activation]
    widths = (config.in_features, *config.hidden, config.out_features)
    layers: list[nn.Module] = []
    for a, b in pairwise(widths):
        layers.append(nn.Linear(a, b))
        if b != config.out_features:
            layers.append(activation())
    net = nn.Sequential(*layers)
    net.config = config
    return net
