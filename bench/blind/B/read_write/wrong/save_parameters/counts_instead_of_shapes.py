"""Only the numbers of entries are compared, so a transposed weight is poured in: ValueError if "a shape differs".

slip: same count, other shape accepted
"""

def save_parameters(net: nn.Module, path: FilePath) -> None:
    torch.save(net.state_dict(), path)


def load_parameters(net: nn.Module, path: FilePath) -> None:
    state = torch.load(path, weights_only=True)
    own = net.state_dict()
    if state.keys() != own.keys():
        raise ValueError(f"names differ: {sorted(state.keys() ^ own.keys())}")
    for name, t in state.items():
        if t.numel() != own[name].numel():
            raise ValueError(f"shape of {name} differs")
    with torch.no_grad():
        for name, t in state.items():
            own[name].copy_(t.view_as(own[name]))
