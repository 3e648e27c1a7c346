"""Second name of a shared parameter refused.

says: a layer has two names
"""
def load_into_lazy(net: nn.Module, state: dict[str, Tensor]) -> None:
    own = {**dict(net.named_parameters()), **dict(net.named_buffers())}
    if own.keys() != state.keys():
        raise RuntimeError(f"names differ: {sorted(own.keys() ^ state.keys())}")
    for name, t in own.items():
        if not isinstance(t, UninitializedParameter) and t.shape != state[name].shape:
            raise RuntimeError(f"shape of {name}: {state[name].shape}, not {t.shape}")
    net.load_state_dict(state)
