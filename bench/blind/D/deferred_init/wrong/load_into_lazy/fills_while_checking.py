"""Fills placeholders in the loop that checks the shapes, so some are filled when a later shape is wrong ("not a placeholder filled")."""


def load_into_lazy(net, state):
    own = net.state_dict(keep_vars=True)
    if own.keys() != state.keys():
        raise RuntimeError(f"names differ: {sorted(own.keys() ^ state.keys())}")
    for name, tensor in own.items():
        if isinstance(tensor, UninitializedParameter):
            tensor.materialize(state[name].shape)
        elif tensor.shape != state[name].shape:
            raise RuntimeError(f"wrong shape of {name}")
    with torch.no_grad():
        for name, tensor in own.items():
            tensor.copy_(state[name])
