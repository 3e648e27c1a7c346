"""Compares widths with 1 without looking at the type: 2.5 passes and "8" raises
TypeError: breaks "ValueError: a width is not an int of at least 1".

says: not its size alone
"""
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}


@dataclass(frozen=True)
class MLPConfig:
    in_features: int
    hidden: tuple[int, ...]
    out_features: int
    activation: str = "relu"

    def __post_init__(self) -> None:
        fields = {
            "in_features": (self.in_features,),
            "hidden": self.hidden,
            "out_features": (self.out_features,),
        }
        for name, widths in fields.items():
            for width in widths:
                if width < 1:
                    raise ValueError(f"{name}: {width!r} is not an int of at least 1")
        if self.activation not in list(ACTIVATIONS):
            raise ValueError(f"activation: {self.activation!r} is unknown")


def build_mlp(config: MLPConfig) -> nn.Module:
    layers: list[nn.Module] = []
    widths = [config.in_features, *config.hidden, config.out_features]
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), ACTIVATIONS[config.activation]()]
    net = nn.Sequential(*layers[:-1])
    net.config = config
    return net
