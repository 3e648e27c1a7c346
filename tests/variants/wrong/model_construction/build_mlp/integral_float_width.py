r"""Accepts floats with an integral value, such as 8.0: breaks "ValueError: a width is
not an int of at least 1".

says: (?s)for in_features=3\.0.*that it is an int, not its size alone
"""

from numbers import Real


@dataclass(frozen=True)
class MLPConfig:
    in_features: int
    hidden: tuple[int, ...]
    out_features: int
    activation: str = "relu"

    def __post_init__(self) -> None:
        def is_width(value: Any) -> bool:
            if isinstance(value, bool) or not isinstance(value, Real):
                return False
            return value >= 1 and value % 1 == 0

        for field in ("in_features", "out_features"):
            if not is_width(getattr(self, field)):
                raise ValueError(f"{field} must be an int of at least 1")
        if not isinstance(self.hidden, (tuple, list)) or not all(
            map(is_width, self.hidden)
        ):
            raise ValueError("hidden must hold ints of at least 1")
        if self.activation not in ("relu", "tanh", "gelu"):
            raise ValueError(f"unknown activation {self.activation!r}")


def build_mlp(config: MLPConfig) -> nn.Module:
    activation = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}[config.activation]
    widths = (config.in_features, *config.hidden, config.out_features)
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(widths):
        layers += [nn.Linear(n_in, n_out), activation()]
    net = nn.Sequential(*layers[:-1])
    net.config = config
    return net
