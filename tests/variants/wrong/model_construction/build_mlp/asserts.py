"""Refuses with assertions.

says: AssertionError
"""
@dataclass(frozen=True)
class MLPConfig:
    in_features: int
    hidden: tuple
    out_features: int
    activation: str = "relu"

    def __post_init__(self):
        assert self.in_features >= 1 and self.out_features >= 1
        assert all(isinstance(width, int) and width >= 1 for width in self.hidden)
        assert self.activation in ("relu", "tanh", "gelu"), "activation"


def build_mlp(config):
    kinds = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}
    widths = [config.in_features, *config.hidden, config.out_features]
    layers = []
    for i in range(len(widths) - 1):
        layers.append(nn.Linear(widths[i], widths[i + 1]))
        layers.append(kinds[config.activation]())
    net = nn.Sequential(*layers[:-1])
    net.config = config
    return net
