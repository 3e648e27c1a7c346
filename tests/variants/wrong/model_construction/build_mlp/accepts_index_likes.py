"""Takes whatever operator.index takes, such as torch.tensor(8) ("ValueError: a width is
not an int of at least 1").

says: that it is an int, not its size alone
"""

import operator


@dataclass(frozen=True)
class MLPConfig:
    in_features: int
    hidden: tuple[int, ...]
    out_features: int
    activation: str = "relu"

    def __post_init__(self) -> None:
        self._check("in_features", self.in_features)
        for width in self.hidden:
            self._check("hidden", width)
        self._check("out_features", self.out_features)
        if self.activation not in ("relu", "tanh", "gelu"):
            raise ValueError(f"activation: {self.activation!r} is unknown")

    @staticmethod
    def _check(field: str, width: int) -> None:
        try:
            valid = operator.index(width) >= 1
        except TypeError:
            valid = False
        if not valid:
            raise ValueError(f"{field}: {width!r} is not an int of at least 1")
