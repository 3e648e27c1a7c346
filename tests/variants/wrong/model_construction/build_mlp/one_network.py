"""Makes one network per config and hands it out again.

says: share parameters
"""
_BUILT = {}


def build_mlp(config):
    if config not in _BUILT:
        kinds = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}
        widths = [config.in_features, *config.hidden, config.out_features]
        layers = []
        for i in range(len(widths) - 1):
            layers.append(nn.Linear(widths[i], widths[i + 1]))
            layers.append(kinds[config.activation]())
        _BUILT[config] = nn.Sequential(*layers[:-1])
        _BUILT[config].config = config
    return _BUILT[config]
