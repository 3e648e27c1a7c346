"""Looks the activation up in one string, where parts of a name and "" are found: breaks
"the activation is unknown".

says: falling back to another
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
                if not isinstance(width, int) or width < 1:
                    raise ValueError(f"{name}: {width!r} is not an int of at least 1")
        if str(self.activation) not in "relu, tanh, gelu":
            raise ValueError(f"activation: {self.activation!r} is unknown")


def build_mlp(config: MLPConfig) -> nn.Module:
    layers: list[nn.Module] = []
    widths = [config.in_features, *config.hidden, config.out_features]
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), ACTIVATIONS[config.activation]()]
    net = nn.Sequential(*layers[:-1])
    net.config = config
    return net
