"""Leaves the check of shapes to load_state_dict, which takes a tensor of shape (1,) for
a 0-dim one ("ValueError: ... a shape differs").

says: a counter of shape
"""

def load_parameters(net: nn.Module, path: FilePath) -> None:
    state = torch.load(path, weights_only=True)
    backup = {name: value.clone() for name, value in net.state_dict().items()}
    try:
        net.load_state_dict(state, strict=True)
    except RuntimeError as error:
        net.load_state_dict(backup)
        raise ValueError(str(error)) from error
