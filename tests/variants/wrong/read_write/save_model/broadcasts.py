"""Checks the names of the state, but lets copy_ stretch tensors of smaller shapes ("ValueError: ... the state does not fit the network that it describes").

says: a shape differs
"""


def load_model(path: FilePath) -> nn.Module:
    content = torch.load(path, weights_only=True)
    try:
        net = build_mlp(MLPConfig(**content["config"]))
    except TypeError as error:
        raise ValueError(f"config: {error}") from error
    state, own = content["state"], net.state_dict()
    if state.keys() != own.keys():
        raise ValueError("the state has other names than the network")
    with torch.no_grad():
        for name, tensor in own.items():
            try:
                tensor.copy_(state[name])
            except RuntimeError as error:
                raise ValueError(f"{name} does not fit") from error
    return net
