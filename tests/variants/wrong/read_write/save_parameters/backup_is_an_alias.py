"""The backup for the case of an error is net.state_dict() itself, whose tensors are the network's own memory, so nothing is brought back: "every parameter and buffer of `net` is bit for bit as it was".

says: net is changed
"""

def save_parameters(net: nn.Module, path: FilePath) -> None:
    torch.save(net.state_dict(), path)


def load_parameters(net: nn.Module, path: FilePath) -> None:
    state = torch.load(path, weights_only=True)
    backup = dict(net.state_dict())
    try:
        net.load_state_dict(state)
    except RuntimeError as error:
        net.load_state_dict(backup)
        raise ValueError(str(error)) from error
