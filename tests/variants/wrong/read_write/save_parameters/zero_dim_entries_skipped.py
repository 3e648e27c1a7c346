"""Entries without dimensions are passed over, so num_batches_tracked stays: "Give a network the parameters and buffers of a file".

says: entries without dimensions are not loaded
"""

def save_parameters(net: nn.Module, path: FilePath) -> None:
    torch.save(net.state_dict(), path)


def load_parameters(net: nn.Module, path: FilePath) -> None:
    state = torch.load(path, weights_only=True)
    own = net.state_dict()
    if state.keys() != own.keys():
        raise ValueError(f"names differ: {sorted(state.keys() ^ own.keys())}")
    for name, t in state.items():
        if t.shape != own[name].shape:
            raise ValueError(f"shape of {name} differs")
    with torch.no_grad():
        for name, t in state.items():
            if t.dim():
                own[name].copy_(t)
