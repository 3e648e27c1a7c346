"""Looks at the activation only if there is a hidden layer: breaks "or the activation is
unknown".

says: without hidden layers
"""
@dataclass(frozen=True)
class MLPConfig:
    """What a multilayer perceptron is built from; one that is invalid cannot be made.

    `hidden` holds the widths of the hidden layers and may be empty. `activation` is
    `"relu"`, `"tanh"` or `"gelu"`.

    Raises:
        ValueError: a width is not an int of at least 1, or the activation is unknown.
            The message contains the name of the field, such as `hidden`.

    Example:
        >>> MLPConfig(4, (8, 8), 2).activation
        'relu'
    """

    in_features: int
    hidden: tuple[int, ...]
    out_features: int
    activation: str = "relu"

    def __post_init__(self) -> None:
        for field in ("in_features", "hidden", "out_features"):
            value = getattr(self, field)
            widths = value if field == "hidden" else (value,)
            if not all(isinstance(width, int) and width >= 1 for width in widths):
                raise ValueError(f"{field} holds a width that is no int of 1 or more")
        if self.hidden and self.activation not in _ACTIVATIONS:
            raise ValueError(f"activation is none of {', '.join(_ACTIVATIONS)}")
