"""Load at once, and put a deep copy of the old values back when it fails.
"""

import copy


def save_parameters(net: nn.Module, path: FilePath) -> None:
    buffer = io.BytesIO()
    torch.save(dict(net.state_dict()), buffer)
    Path(path).write_bytes(buffer.getvalue())


def load_parameters(net: nn.Module, path: FilePath) -> None:
    before = copy.deepcopy(net.state_dict())
    state = torch.load(path, weights_only=True)
    try:
        net.load_state_dict(state, strict=True)
        if any(v.shape != state[k].shape for k, v in net.state_dict().items()):
            raise RuntimeError("a shape differs")
    except RuntimeError as error:
        net.load_state_dict(before)
        raise ValueError(f"{path} does not fit the network") from error
