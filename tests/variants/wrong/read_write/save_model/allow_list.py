"""Registers the class as safe, which helps only where this module is imported.

says: dataclasses\.asdict
"""
torch.serialization.add_safe_globals([MLPConfig])


def save_model(net, path):
    torch.save({"config": net.config, "state": net.state_dict()}, path)


def load_model(path):
    saved = torch.load(path, weights_only=True)
    config = saved["config"]
    try:
        net = build_mlp(config if isinstance(config, MLPConfig) else MLPConfig(**config))
        net.load_state_dict(saved["state"])
    except (TypeError, RuntimeError) as e:
        raise ValueError from e
    return net
