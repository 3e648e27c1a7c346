"""Unusual: the network is a linked list of modules, each a Linear, an activation and the rest; `config` is a property that reads a stored tuple's entry."""


class _Link(nn.Module):
    def __init__(self, widths: tuple[int, ...], activation: type[nn.Module]):
        super().__init__()
        self.affine = nn.Linear(widths[0], widths[1])
        if len(widths) > 2:
            self.act = activation()
            self.rest = _Link(widths[1:], activation)

    def forward(self, x: Tensor) -> Tensor:
        x = self.affine(x)
        return self.rest(self.act(x)) if hasattr(self, "rest") else x


class _Network(_Link):
    def __init__(self, config: "MLPConfig"):
        kinds = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}
        widths = (config.in_features, *config.hidden, config.out_features)
        super().__init__(widths, kinds[config.activation])
        self._recipe = (config,)

    @property
    def config(self) -> "MLPConfig":
        return self._recipe[0]


def build_mlp(config: MLPConfig) -> nn.Module:
    return _Network(config)
