"""Builds a ReLU network where the activation is unknown.

says: replaced in silence
"""
def load_model(path):
    saved = torch.load(path)
    config = dict(saved["config"])
    if config.get("activation", "") not in ACTIVATIONS and "activation" in config:
        config["activation"] = "relu"
    try:
        net = build_mlp(MLPConfig(**config))
        net.load_state_dict(saved["state"])
    except (TypeError, RuntimeError) as e:
        raise ValueError from e
    return net
