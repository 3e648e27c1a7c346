"""Compares a width with 1 before it looks at the type, so a str or None raises TypeError
("ValueError: a width is not an int of at least 1").

says: a bad value is refused by a ValueError
"""

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
                if width < 1 or not isinstance(width, int):
                    raise ValueError(f"{field}: {width!r} is not an int of at least 1")
        if self.activation not in ("relu", "tanh", "gelu"):
            raise ValueError(f"activation: {self.activation!r} is unknown")
