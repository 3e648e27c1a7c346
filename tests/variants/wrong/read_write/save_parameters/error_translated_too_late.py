"""load_state_dict is called first and its RuntimeError turned into ValueError, but it has then copied what fitted: "every parameter and buffer of `net` is bit for bit as it was".

says: check all names and shapes before the first copy
"""

def save_parameters(net: nn.Module, path: FilePath) -> None:
    torch.save(net.state_dict(), path)


def load_parameters(net: nn.Module, path: FilePath) -> None:
    state = torch.load(path, weights_only=True)
    try:
        net.load_state_dict(state)
    except RuntimeError as error:
        raise ValueError(str(error)) from error
