"""Refuses `hidden` only if every width is bad: breaks "ValueError: a width is not an
int of at least 1".

says: check every width in hidden
"""
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}


@dataclass(frozen=True)
class MLPConfig:
    in_features: int
    hidden: tuple[int, ...]
    out_features: int
    activation: str = "relu"

    def __post_init__(self) -> None:
        for name in ("in_features", "out_features"):
            if not self._good(getattr(self, name)):
                raise ValueError(f"{name} must be an int of at least 1")
        if self.hidden and not any(self._good(width) for width in self.hidden):
            raise ValueError("hidden must hold ints of at least 1")
        if self.activation not in list(ACTIVATIONS):
            raise ValueError(f"activation: {self.activation!r} is unknown")

    @staticmethod
    def _good(width: Any) -> bool:
        return isinstance(width, int) and width >= 1


def build_mlp(config: MLPConfig) -> nn.Module:
    layers: list[nn.Module] = []
    widths = [config.in_features, *config.hidden, config.out_features]
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), ACTIVATIONS[config.activation]()]
    net = nn.Sequential(*layers[:-1])
    net.config = config
    return net
