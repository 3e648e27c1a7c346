"""Lets the TypeError of the dataclass through.

says: wrong fields raise TypeError
"""
def load_model(path):
    saved = torch.load(path)
    net = build_mlp(MLPConfig(**saved["config"]))
    try:
        net.load_state_dict(saved["state"])
    except RuntimeError as e:
        raise ValueError from e
    return net
