"""Fills with copy_, which broadcasts a tensor of another shape ("ValueError: ... the state does not fit the network")."""


def load_model(path: FilePath) -> nn.Module:
    saved = torch.load(path, weights_only=True)
    try:
        net = build_mlp(MLPConfig(**saved["config"]))
    except TypeError as error:
        raise ValueError(f"the config does not fit: {error}") from error
    own = net.state_dict()
    if own.keys() != saved["state"].keys():
        raise ValueError("the state has other names than the network")
    with torch.no_grad():
        for name, into in own.items():
            try:
                into.copy_(saved["state"][name])
            except RuntimeError as error:
                raise ValueError(f"{name}: {error}") from error
    return net
