"""A module of its own, the last layer registered first; a plain, mutable dataclass."""
@dataclass
class MLPConfig:
    in_features: int
    hidden: tuple
    out_features: int
    activation: str = "relu"

    def __post_init__(self):
        for name, value in vars(self).items():
            if name == "activation":
                if not hasattr(nn.functional, value) or value not in {"relu", "tanh", "gelu"}:
                    raise ValueError("unknown activation")
                continue
            for width in value if name == "hidden" else [value]:
                try:
                    range(width)[0]
                except (TypeError, IndexError):
                    raise ValueError(name) from None


class _Net(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        before = (config.hidden or (config.in_features,))[-1]
        self.head = nn.Linear(before, config.out_features)
        self.body = nn.ModuleList()
        before = config.in_features
        for width in config.hidden:
            self.body.append(nn.Linear(before, width))
            before = width

    def forward(self, x):
        for layer in self.body:
            x = getattr(nn.functional, self.config.activation)(layer(x))
        return self.head(x)


def build_mlp(config):
    return _Net(config)
