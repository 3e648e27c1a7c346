"""The widths are consumed by a recursive helper; helpers validate, and bools are
refused as well.
"""
def _check(name: str, width: Any) -> None:
    if isinstance(width, bool) or not isinstance(width, int) or width <= 0:
        raise ValueError("MLPConfig." + name + " takes ints from 1 on")


@dataclass(frozen=True)
class MLPConfig:
    in_features: int
    hidden: tuple[int, ...]
    out_features: int
    activation: str = "relu"

    def __post_init__(self) -> None:
        _check("in_features", self.in_features)
        for position, width in enumerate(self.hidden):
            _check(f"hidden[{position}]", width)
        _check("out_features", self.out_features)
        if not any(self.activation == known for known in ("relu", "tanh", "gelu")):
            raise ValueError("MLPConfig.activation is unknown")


def build_mlp(config: MLPConfig) -> nn.Module:
    kind = getattr(nn, {"relu": "ReLU", "tanh": "Tanh", "gelu": "GELU"}[config.activation])

    def rest(width: int, following: tuple[int, ...]) -> list[nn.Module]:
        if not following:
            return [nn.Linear(width, config.out_features)]
        return [nn.Linear(width, following[0]), kind(), *rest(following[0], following[1:])]

    net = nn.Sequential(*rest(config.in_features, tuple(config.hidden)))
    net.config = config
    return net
