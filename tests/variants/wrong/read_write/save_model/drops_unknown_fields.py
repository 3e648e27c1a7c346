"""Ignores fields that it does not know.

says: dropped in silence
"""
def load_model(path):
    saved = torch.load(path)
    known = MLPConfig.__dataclass_fields__
    config = {k: v for k, v in saved["config"].items() if k in known}
    try:
        net = build_mlp(MLPConfig(**config))
        net.load_state_dict(saved["state"])
    except (TypeError, RuntimeError) as e:
        raise ValueError from e
    return net
