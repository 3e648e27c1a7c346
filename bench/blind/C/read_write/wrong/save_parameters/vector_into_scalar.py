"""Leaves the check of shapes to a trial `load_state_dict`, which takes a tensor of shape [1] for a scalar of shape []: breaks "ValueError: ... or a shape differs"."""

import copy


def save_parameters(net: nn.Module, path: FilePath) -> None:
    torch.save(net.state_dict(), path)


def load_parameters(net: nn.Module, path: FilePath) -> None:
    state = torch.load(path, weights_only=True)
    try:
        # On a copy first: a failure in the middle must not touch `net`.
        copy.deepcopy(net).load_state_dict(state, strict=True)
    except RuntimeError as error:
        raise ValueError(str(error)) from error
    net.load_state_dict(state, strict=True)
