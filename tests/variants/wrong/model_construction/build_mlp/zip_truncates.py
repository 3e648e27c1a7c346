"""Pairs the names with all widths in one row, and the last widths have no name: breaks
"a width is not an int of at least 1".

says: each width is at least 1
"""
@dataclass(frozen=True)
class MLPConfig:
    in_features: int
    hidden: tuple[int, ...]
    out_features: int
    activation: str = "relu"

    def __post_init__(self) -> None:
        if not isinstance(self.hidden, (tuple, list)):
            raise ValueError("hidden must hold ints of at least 1")
        names = ("in_features", "hidden", "out_features")
        widths = (self.in_features, *self.hidden, self.out_features)
        for name, w in zip(names, widths):
            if not isinstance(w, int) or isinstance(w, bool) or w < 1:
                raise ValueError(f"{name}: {w!r} is not an int of at least 1")
        if self.activation not in ("relu", "tanh", "gelu"):
            raise ValueError(f"activation: {self.activation!r} is unknown")
