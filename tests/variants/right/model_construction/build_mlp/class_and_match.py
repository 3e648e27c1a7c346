"""The network is an own class that holds its configuration; the activation is chosen
with match.
"""
class _Perceptron(nn.Module):
    def __init__(self, config: "MLPConfig"):
        super().__init__()
        self.config = config
        widths = (config.in_features, *config.hidden, config.out_features)
        self.linears = nn.ModuleList(nn.Linear(*pair) for pair in zip(widths, widths[1:], strict=False))
        match config.activation:
            case "relu":
                self.activation = nn.ReLU()
            case "tanh":
                self.activation = nn.Tanh()
            case "gelu":
                self.activation = nn.GELU()

    def forward(self, x: Tensor) -> Tensor:
        *inner, last = self.linears
        for linear in inner:
            x = self.activation(linear(x))
        return last(x)


@dataclass(frozen=True)
class MLPConfig:
    in_features: int
    hidden: tuple[int, ...]
    out_features: int
    activation: str = "relu"

    def __post_init__(self) -> None:
        for name in ("in_features", "out_features", "hidden"):
            value = getattr(self, name)
            widths = value if name == "hidden" else [value]
            if not all(isinstance(width, int) and width >= 1 for width in widths):
                raise ValueError(f"{name} must be at least 1 and an int, not {value!r}")
        if self.activation not in ("relu", "tanh", "gelu"):
            raise ValueError(f"no activation {self.activation!r}")


def build_mlp(config: MLPConfig) -> nn.Module:
    return _Perceptron(config)
