"""A recursive network: an input layer, and the rest, which is a network again; config is a read-only property."""

class _Rest(nn.Module):
    def __init__(self, widths: tuple[int, ...], activation: type[nn.Module]):
        super().__init__()
        self.first = nn.Linear(widths[0], widths[1])
        if len(widths) > 2:
            self.act = activation()
            self.rest = _Rest(widths[1:], activation)

    def forward(self, x: Tensor) -> Tensor:
        y = self.first(x)
        return self.rest(self.act(y)) if hasattr(self, "rest") else y


class _ConfiguredMLP(_Rest):
    def __init__(self, config: MLPConfig):
        kinds = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}
        widths = (config.in_features, *config.hidden, config.out_features)
        super().__init__(widths, kinds[config.activation])
        self._config = config

    @property
    def config(self) -> MLPConfig:
        return self._config


def build_mlp(config: MLPConfig) -> nn.Module:
    return _ConfiguredMLP(config)
