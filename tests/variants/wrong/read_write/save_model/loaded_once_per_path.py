"""The network is cached by path, so a file written anew is not read and two callers share one network: "Return the network that `save_model` wrote".

says: loaded before is given again
"""

import functools


def save_model(net: nn.Module, path: FilePath) -> None:
    torch.save({"config": asdict(net.config), "state": net.state_dict()}, path)


@functools.cache
def load_model(path: FilePath) -> nn.Module:
    saved = torch.load(path, weights_only=True)
    try:
        config = MLPConfig(**saved["config"])
    except TypeError as error:
        raise ValueError(f"wrong fields: {error}") from error
    net = build_mlp(config)
    try:
        net.load_state_dict(saved["state"])
    except RuntimeError as error:
        raise ValueError(f"the state does not fit: {error}") from error
    return net
