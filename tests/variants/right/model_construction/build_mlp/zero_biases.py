"""Every bias starts at zero, so biases of two networks are equal at first."""
def build_mlp(config):
    net, width = nn.Sequential(), config.in_features
    for after in config.hidden:
        net.append(nn.Linear(width, after)).append(_ACTIVATIONS[config.activation]())
        width = after
    net.append(nn.Linear(width, config.out_features))
    for layer in net[::2]:
        nn.init.zeros_(layer.bias)
    net.config = config
    return net
