"""The network is nested from the back by recursion over the widths, and the config is checked by a table of rules."""

_ACTIVATIONS = dict(relu=nn.ReLU, tanh=nn.Tanh, gelu=nn.GELU)


def _are_widths(values: Any) -> bool:
    return isinstance(values, tuple) and not [
        v for v in values if type(v) is not int or v < 1
    ]


@dataclass(frozen=True)
class MLPConfig:
    in_features: int
    hidden: tuple[int, ...]
    out_features: int
    activation: str = "relu"

    def __post_init__(self) -> None:
        rules = {
            "in_features": lambda value: _are_widths((value,)),
            "hidden": _are_widths,
            "out_features": lambda value: _are_widths((value,)),
            "activation": list(_ACTIVATIONS).__contains__,
        }
        broken = [name for name, rule in rules.items() if not rule(getattr(self, name))]
        if broken:
            raise ValueError("invalid: " + ", ".join(broken))


class _Stage(nn.Module):
    def __init__(self, first: nn.Module, activation: nn.Module, rest: nn.Module):
        super().__init__()
        self.first, self.activation, self.rest = first, activation, rest

    def forward(self, x: Tensor) -> Tensor:
        return self.rest(self.activation(self.first(x)))


def build_mlp(config: MLPConfig) -> nn.Module:
    def build(width: int, *following: int) -> nn.Module:
        layer = nn.Linear(width, following[0])
        if len(following) == 1:
            return layer
        return _Stage(layer, _ACTIVATIONS[config.activation](), build(*following))

    net = build(config.in_features, *config.hidden, config.out_features)
    setattr(net, "config", config)
    return net
