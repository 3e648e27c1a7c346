"""The values are poured in by position and the names are not looked at: a state with other names does "not fit the network that it describes".

says: values go by their names
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
        with torch.no_grad():
            values = saved["state"].values()
            for p, value in zip(net.parameters(), values, strict=True):
                if p.shape != value.shape:
                    raise ValueError("another shape")
                p.copy_(value)
    except ValueError as error:
        raise ValueError(f"the state does not fit: {error}") from error
    return net
