"""Checks the fit by a trial copy_, which broadcasts a tensor of another shape ("a tensor that is no placeholder has another shape")."""


def load_into_lazy(net, state):
    own = net.state_dict(keep_vars=True)
    if own.keys() != state.keys():
        raise RuntimeError(f"names differ: {sorted(own.keys() ^ state.keys())}")
    with torch.no_grad():
        for name, tensor in own.items():
            if not isinstance(tensor, UninitializedParameter):
                torch.empty_like(tensor).copy_(state[name])
        for name, tensor in own.items():
            if isinstance(tensor, UninitializedParameter):
                tensor.materialize(state[name].shape)
            tensor.copy_(state[name])
