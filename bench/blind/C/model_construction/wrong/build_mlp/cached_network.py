"""Caches the network by its (frozen, hashable) config, so that the second call returns the first network: breaks "builds another one of the same form, with parameters of its own"."""

from functools import cache


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
        for field, widths in fields.items():
            if not isinstance(widths, tuple) or not all(
                type(width) is int and width >= 1 for width in widths
            ):
                raise ValueError(f"{field}: every width must be an int of at least 1")
        if self.activation not in ("relu", "tanh", "gelu"):
            raise ValueError(f"unknown activation {self.activation!r}")


@cache
def build_mlp(config: MLPConfig) -> nn.Module:
    activation = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}[config.activation]
    widths = (config.in_features, *config.hidden, config.out_features)
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(widths):
        layers += [nn.Linear(n_in, n_out), activation()]
    net = nn.Sequential(*layers[:-1])
    net.config = config
    return net
