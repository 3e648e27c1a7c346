"""Refuses a bool and a list too, checks the last field first; one activation in all."""
@dataclass(frozen=True)
class MLPConfig:
    in_features: int
    hidden: tuple[int, ...]
    out_features: int
    activation: str = "relu"

    def __post_init__(self):
        def fits(width):
            is_int = isinstance(width, int) and not isinstance(width, bool)
            return is_int and width > 0

        if not isinstance(self.hidden, tuple):
            raise ValueError("hidden must be a tuple of widths")
        checks = {
            "activation": any(self.activation == a for a in ("relu", "tanh", "gelu")),
            "out_features": fits(self.out_features),
            "hidden": all(map(fits, self.hidden)),
            "in_features": fits(self.in_features),
        }
        for field, fine in checks.items():
            if not fine:
                raise ValueError(f"bad value for {field}")


class _BuiltMLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        widths = [config.in_features, *config.hidden]
        self.readout = nn.Linear(widths[-1], config.out_features)
        self.inner = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))
        match config.activation:
            case "relu":
                self.bend = nn.ReLU()
            case "tanh":
                self.bend = nn.Tanh()
            case _:
                self.bend = nn.GELU()

    def forward(self, x):
        for layer in self.inner:
            x = self.bend(layer(x))
        return self.readout(x)


def build_mlp(config):
    return _BuiltMLP(config)
