"""Builds the network and does not fill it.

says: does not have the parameters of the file
"""
def load_model(path):
    saved = torch.load(path)
    try:
        net = build_mlp(MLPConfig(**saved["config"]))
        build_mlp(MLPConfig(**saved["config"])).load_state_dict(saved["state"])
    except (TypeError, RuntimeError) as e:
        raise ValueError from e
    return net
