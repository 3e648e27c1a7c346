"""Strips DataParallel's `module.` from the names, which also a submodule called `module` has ("gives the names and values of `net.state_dict()`").

says: gives a wrong result for nested modules
"""


def save_parameters(net: nn.Module, path: FilePath) -> None:
    state = {
        name.removeprefix("module."): value for name, value in net.state_dict().items()
    }
    torch.save(state, path)
