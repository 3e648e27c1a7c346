"""One activation module between all layers; another order of checks."""
@dataclass(frozen=True, kw_only=False)
class MLPConfig:
    in_features: int
    hidden: tuple[int, ...]
    out_features: int
    activation: str = "relu"

    def __post_init__(self):
        if self._kind() is None:
            raise ValueError(f"activation: {self.activation}")
        for width in self.hidden:
            self._check("hidden", width)
        self._check("out_features", self.out_features)
        self._check("in_features", self.in_features)

    def _check(self, field, width):
        if not isinstance(width, int):
            raise ValueError(f"{field} must be an int")
        if width <= 0:
            raise ValueError(f"{field} must be positive")

    def _kind(self):
        return dict(relu=nn.ReLU, tanh=nn.Tanh, gelu=nn.GELU).get(self.activation)


def build_mlp(config):
    activation = config._kind()()
    net, width = nn.Sequential(), config.in_features
    for after in config.hidden:
        net.append(nn.Linear(width, after)).append(activation)
        width = after
    net.append(nn.Linear(width, config.out_features))
    net.config = config
    return net
