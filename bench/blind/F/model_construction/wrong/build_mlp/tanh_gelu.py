"""Takes the tanh approximation of GELU ("the activation (`nn.ReLU`, `nn.Tanh` or `nn.GELU`)")."""

def build_mlp(config: MLPConfig) -> nn.Module:
    make = {
        "relu": nn.ReLU,
        "tanh": nn.Tanh,
        "gelu": lambda: nn.GELU(approximate="tanh"),
    }[config.activation]
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise((config.in_features, *config.hidden, config.out_features)):
        layers += [nn.Linear(n_in, n_out), make()]
    net = nn.Sequential(*layers[:-1])
    net.config = config
    return net
