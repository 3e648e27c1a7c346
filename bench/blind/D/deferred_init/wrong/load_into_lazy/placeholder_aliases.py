"""A filled placeholder shares its memory with the state dict ("Values are copied, so that `state` and the network stay independent")."""


def load_into_lazy(net, state):
    own = net.state_dict(keep_vars=True)
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
                tensor.data = state[name].detach().to(tensor.device, tensor.dtype)
            else:
                tensor.copy_(state[name])
