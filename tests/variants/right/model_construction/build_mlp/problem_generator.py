"""A generator yields the names of the invalid fields; the first one becomes the message."""

@dataclass(frozen=True)
class MLPConfig:
    in_features: int
    hidden: tuple[int, ...]
    out_features: int
    activation: str = "relu"

    def _problems(self) -> Iterator[str]:
        def is_width(value: object) -> bool:
            return isinstance(value, int) and not isinstance(value, bool) and value >= 1

        if not is_width(self.in_features):
            yield "in_features must be an int of at least 1"
        if not isinstance(self.hidden, (tuple, list)) or not all(map(is_width, self.hidden)):
            yield "hidden must hold ints of at least 1"
        if not is_width(self.out_features):
            yield "out_features must be an int of at least 1"
        if not any(self.activation == known for known in ("relu", "tanh", "gelu")):
            yield "activation must be relu, tanh or gelu"

    def __post_init__(self) -> None:
        problem = next(self._problems(), None)
        if problem is not None:
            raise ValueError(problem)
