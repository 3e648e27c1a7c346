"""The check is done by build_mlp: breaks "one that is invalid cannot be made".

slip: invalid configurations can be made
"""

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}


@dataclass(frozen=True)
class MLPConfig:
    in_features: int
    hidden: tuple[int, ...]
    out_features: int
    activation: str = "relu"

    def check(self) -> None:
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
    config.check()
    layers: list[nn.Module] = []
    widths = [config.in_features, *config.hidden, config.out_features]
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), ACTIVATIONS[config.activation]()]
    net = nn.Sequential(*layers[:-1])
    net.config = config
    return net
