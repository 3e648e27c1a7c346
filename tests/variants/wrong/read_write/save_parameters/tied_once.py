"""Stores tied entries under their first name alone ("gives the names and values of `net.state_dict()`").

says: a tied parameter under each name
"""


def save_parameters(net: nn.Module, path: FilePath) -> None:
    seen: set[int] = set()
    state = {}
    for name, tensor in net.state_dict(keep_vars=True).items():
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        state[name] = tensor.detach() if isinstance(tensor, Tensor) else tensor
    torch.save(state, path)
