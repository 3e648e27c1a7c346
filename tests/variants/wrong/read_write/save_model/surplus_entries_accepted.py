"""Fills with strict=False and looks at the missing names only.

says: an entry too many is dropped in silence
"""


def save_model(net: nn.Module, path: FilePath) -> None:
    torch.save({"config": asdict(net.config), "state": net.state_dict()}, path)


def load_model(path: FilePath) -> nn.Module:
    saved = torch.load(path, weights_only=True)
    try:
        config = MLPConfig(**saved["config"])
    except TypeError as error:
        raise ValueError(f"not the fields of an MLPConfig: {error}") from error
    net = build_mlp(config)
    try:
        result = net.load_state_dict(saved["state"], strict=False)
    except RuntimeError as error:
        raise ValueError(str(error)) from error
    if result.missing_keys:
        raise ValueError(f"the state lacks {result.missing_keys}")
    return net
