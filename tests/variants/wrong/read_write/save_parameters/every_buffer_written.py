"""named_buffers() has the non-persistent ones as well; the file is to give "the names and values of `net.state_dict()`".

says: under each name|leaves such a buffer out
"""

def save_parameters(net: nn.Module, path: FilePath) -> None:
    state = {n: p.detach() for n, p in net.named_parameters()}
    state.update(net.named_buffers())
    torch.save(state, path)


def load_parameters(net: nn.Module, path: FilePath) -> None:
    state = torch.load(path, weights_only=True)
    own = {**dict(net.named_parameters()), **dict(net.named_buffers())}
    if state.keys() != own.keys():
        raise ValueError(f"names differ: {sorted(state.keys() ^ own.keys())}")
    for name, t in state.items():
        if t.shape != own[name].shape:
            raise ValueError(f"shape of {name} differs")
    with torch.no_grad():
        for name, t in state.items():
            own[name].copy_(t)
