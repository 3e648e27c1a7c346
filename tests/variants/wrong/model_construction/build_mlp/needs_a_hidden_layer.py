"""Takes the first and the last hidden width by index: breaks "may be empty".

says: hidden may be empty
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
        if self.activation not in list(ACTIVATIONS):
            raise ValueError(f"activation: {self.activation!r} is unknown")


def build_mlp(config: MLPConfig) -> nn.Module:
    layers: list[nn.Module] = []
    layers.append(nn.Linear(config.in_features, config.hidden[0]))
    for before, after in pairwise(config.hidden):
        layers += [ACTIVATIONS[config.activation](), nn.Linear(before, after)]
    layers.append(ACTIVATIONS[config.activation]())
    net = nn.Sequential(*layers, nn.Linear(config.hidden[-1], config.out_features))
    net.config = config
    return net
