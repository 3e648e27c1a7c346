"""Checks nothing before build_mlp.

says: an invalid config cannot be made|check in __post_init__
"""
@dataclass(frozen=True)
class MLPConfig:
    in_features: int
    hidden: tuple
    out_features: int
    activation: str = "relu"

    def __post_init__(self):
        pass


def build_mlp(config):
    for name in ("in_features", "out_features"):
        if not isinstance(getattr(config, name), int) or getattr(config, name) < 1:
            raise ValueError(name)
    if any(width < 1 for width in config.hidden):
        raise ValueError("hidden")
    if config.activation not in ("relu", "tanh", "gelu"):
        raise ValueError("activation")
    kinds = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}
    widths = [config.in_features, *config.hidden, config.out_features]
    layers = []
    for i in range(len(widths) - 1):
        layers.append(nn.Linear(widths[i], widths[i + 1]))
        layers.append(kinds[config.activation]())
    net = nn.Sequential(*layers[:-1])
    net.config = config
    return net
