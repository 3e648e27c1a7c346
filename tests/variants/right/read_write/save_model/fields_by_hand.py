"""The config is written field by field, checked as a set, and the network is built on the meta device and assigned.
"""

from dataclasses import fields


def save_model(net: nn.Module, path: FilePath) -> None:
    config = {f.name: getattr(net.config, f.name) for f in fields(net.config)}
    state = {name: t.clone() for name, t in net.state_dict().items()}
    torch.save(dict(state=state, config=config), path)


def load_model(path: FilePath) -> nn.Module:
    match torch.load(path, weights_only=True):
        case {"config": dict(config), "state": dict(state)}:
            pass
        case _:
            raise ValueError(f"{path} has no config and state")
    if set(config) != {f.name for f in fields(MLPConfig)}:
        raise ValueError(f"unknown or missing fields in {sorted(config)}")
    with torch.device("meta"):
        net = build_mlp(MLPConfig(**config))
    try:
        net.load_state_dict(state, assign=True)
    except RuntimeError as error:
        raise ValueError(str(error)) from None
    return net
