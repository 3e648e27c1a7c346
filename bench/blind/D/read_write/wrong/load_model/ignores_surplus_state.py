"""Only asks for missing entries of the state, so that of a deeper network passes ("ValueError: ... the state does not fit the network that it describes")."""


def load_model(path: FilePath) -> nn.Module:
    content = torch.load(path, weights_only=True)
    try:
        net = build_mlp(MLPConfig(**content["config"]))
        result = net.load_state_dict(content["state"], strict=False)
    except (TypeError, RuntimeError) as error:
        raise ValueError(f"{os.fspath(path)}: {error}") from error
    if result.missing_keys:
        raise ValueError(f"missing in the state: {result.missing_keys}")
    return net
