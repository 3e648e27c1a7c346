"""Compares the numbers of elements instead of the shapes ("ValueError: ... or a shape differs")."""


def load_parameters(net: nn.Module, path: FilePath) -> None:
    state = torch.load(path, weights_only=True)
    own = net.state_dict()
    if state.keys() != own.keys():
        raise ValueError(f"names differ: {sorted(state.keys() ^ own.keys())}")
    for name, tensor in own.items():
        if tensor.numel() != state[name].numel():
            raise ValueError(f"{name} does not fit")
    with torch.no_grad():
        for name, tensor in own.items():
            tensor.copy_(state[name].view_as(tensor))
