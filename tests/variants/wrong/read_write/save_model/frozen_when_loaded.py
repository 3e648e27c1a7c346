"""The loaded parameters no longer require gradients, unlike those of every network "built by `build_mlp`, then filled".

says: is frozen
"""

def save_model(net: nn.Module, path: FilePath) -> None:
    torch.save({"config": asdict(net.config), "state": net.state_dict()}, path)


def load_model(path: FilePath) -> nn.Module:
    saved = torch.load(path, weights_only=True)
    try:
        config = MLPConfig(**saved["config"])
    except TypeError as error:
        raise ValueError(f"wrong fields: {error}") from error
    net = build_mlp(config)
    try:
        net.load_state_dict(saved["state"])
    except RuntimeError as error:
        raise ValueError(f"the state does not fit: {error}") from error
    return net.requires_grad_(False)
