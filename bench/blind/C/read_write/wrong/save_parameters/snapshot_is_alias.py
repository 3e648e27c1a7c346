"""The state to go back to after a failure is taken without a copy, so it is the half overwritten one: breaks "Then every parameter and buffer of `net` is bit for bit as it was"."""


def save_parameters(net: nn.Module, path: FilePath) -> None:
    torch.save(net.state_dict(), path)


def load_parameters(net: nn.Module, path: FilePath) -> None:
    state = torch.load(path, weights_only=True)
    own = net.state_dict()
    before = dict(own)
    if own.keys() != state.keys():
        differing = sorted(own.keys() ^ state.keys())
        raise ValueError(f"names missing in the file or in the network: {differing}")
    with torch.no_grad():
        try:
            for name, tensor in own.items():
                if tensor.shape != state[name].shape:
                    raise ValueError(
                        f"{name} is {tuple(tensor.shape)} in the network and "
                        f"{tuple(state[name].shape)} in the file"
                    )
                tensor.copy_(state[name])
        except ValueError:
            for name, tensor in own.items():
                tensor.copy_(before[name])
            raise
