"""Takes the names from named_parameters and named_buffers, which list a tied parameter once, so its second name counts as unknown ("a name of `net.state_dict()`")."""


def load_into_lazy(net, state):
    hidden = {
        id(buffer)
        for module in net.modules()
        for name, buffer in module.named_buffers(recurse=False)
        if name in module._non_persistent_buffers_set
    }
    own = dict(net.named_parameters())
    own |= {name: b for name, b in net.named_buffers() if id(b) not in hidden}
    if own.keys() != state.keys():
        raise RuntimeError(f"names differ: {sorted(own.keys() ^ state.keys())}")
    for name, tensor in own.items():
        lazy = isinstance(tensor, UninitializedParameter)
        if not lazy and tensor.shape != state[name].shape:
            raise RuntimeError(f"wrong shape of {name}")
    with torch.no_grad():
        for name, tensor in own.items():
            if isinstance(tensor, UninitializedParameter):
                tensor.materialize(state[name].shape)
            tensor.copy_(state[name])
