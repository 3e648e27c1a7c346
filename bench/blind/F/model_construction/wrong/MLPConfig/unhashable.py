"""Looks the activation up in a dict, so one that is not hashable, as ["relu"], raises TypeError ("ValueError: ... the activation is unknown")."""

_ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}


@dataclass(frozen=True)
class MLPConfig:
    in_features: int
    hidden: tuple[int, ...]
    out_features: int
    activation: str = "relu"

    def __post_init__(self) -> None:
        if not isinstance(self.hidden, (tuple, list)):
            raise ValueError(f"hidden: {self.hidden!r} is not a tuple of widths")
        for field in ("in_features", "hidden", "out_features"):
            value = getattr(self, field)
            for width in value if field == "hidden" else (value,):
                if not isinstance(width, int) or width < 1:
                    raise ValueError(f"{field}: {width!r} is not an int of at least 1")
        if self.activation not in _ACTIVATIONS:
            raise ValueError(f"activation: {self.activation!r} is unknown")
