"""A config without an activation gets "relu", and the outputs change: ValueError if "the config lacks a field".

says: a missing field is filled in
"""

def save_model(net: nn.Module, path: FilePath) -> None:
    torch.save({"config": asdict(net.config), "state": net.state_dict()}, path)


def load_model(path: FilePath) -> nn.Module:
    saved = torch.load(path, weights_only=True)
    try:
        config = MLPConfig(**{"activation": "relu", **saved["config"]})
    except TypeError as error:
        raise ValueError(f"wrong fields: {error}") from error
    net = build_mlp(config)
    try:
        net.load_state_dict(saved["state"])
    except RuntimeError as error:
        raise ValueError(f"the state does not fit: {error}") from error
    return net
