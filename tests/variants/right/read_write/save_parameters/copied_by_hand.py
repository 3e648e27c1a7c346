"""A table of the network's tensors is compared with the file's and filled with copy_ under no_grad.
"""

def save_parameters(net: nn.Module, path: FilePath) -> None:
    with open(path, "wb") as file:
        torch.save({name: t.cpu() for name, t in net.state_dict().items()}, file)


class _DoesNotFit(ValueError):
    pass


def load_parameters(net: nn.Module, path: FilePath) -> None:
    state: dict[str, Tensor] = torch.load(path, weights_only=True, map_location="cpu")
    own = net.state_dict(keep_vars=True)

    def table(tensors: Mapping[str, Tensor]) -> set[tuple[str, tuple[int, ...]]]:
        return {(name, tuple(t.size())) for name, t in tensors.items()}

    if different := table(state) ^ table(own):
        raise _DoesNotFit(f"these differ: {sorted(different)}")
    with torch.no_grad():
        for name in own:
            own[name].copy_(state[name])
