"""Uses the tanh approximation of GELU ("the activation (`nn.ReLU`, `nn.Tanh` or `nn.GELU`)")."""

def build_mlp(config: MLPConfig) -> nn.Module:
    activation = {
        "relu": nn.ReLU,
        "tanh": nn.Tanh,
        "gelu": lambda: nn.GELU(approximate="tanh"),
    }[config.activation]
    widths = (config.in_features, *config.hidden, config.out_features)
    layers: list[nn.Module] = []
    for a, b in pairwise(widths):
        layers += [nn.Linear(a, b), activation()]
    net = nn.Sequential(*layers[:-1])
    net.config = config
    return net
