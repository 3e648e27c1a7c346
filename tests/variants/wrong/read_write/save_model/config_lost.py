"""Builds the layers itself, and the result has no config.

says: build_mlp sets net\.config
"""
def load_model(path):
    saved = torch.load(path)
    try:
        net = build_mlp(MLPConfig(**saved["config"]))
        net.load_state_dict(saved["state"])
    except (TypeError, RuntimeError) as e:
        raise ValueError from e
    return nn.Sequential(*net)
