"""Checks the size of a width, not that it is an int.

says: that it is an int, not its size alone
"""
@dataclass(frozen=True)
class MLPConfig:
    in_features: int
    hidden: tuple
    out_features: int
    activation: str = "relu"

    def __post_init__(self):
        for name in ("in_features", "out_features"):
            width = getattr(self, name)
            if width < 1:
                raise ValueError(f"{name} is {width!r}")
        for width in self.hidden:
            if width < 1:
                raise ValueError(f"hidden holds {width!r}")
        if self.activation not in ("relu", "tanh", "gelu"):
            raise ValueError(f"activation {self.activation!r} is unknown")


def build_mlp(config):
    kinds = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}
    widths = [config.in_features, *config.hidden, config.out_features]
    layers = []
    for i in range(len(widths) - 1):
        layers.append(nn.Linear(widths[i], widths[i + 1]))
        layers.append(kinds[config.activation]())
    net = nn.Sequential(*layers[:-1])
    net.config = config
    return net
