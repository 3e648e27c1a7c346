"""Slice assignment fails on zero axes.

says: slice
"""
def load_into_lazy(net: nn.Module, state: dict[str, Tensor]) -> None:
    own = net.state_dict(keep_vars=True)
    if own.keys() != state.keys():
        raise RuntimeError(f"names differ: {sorted(own.keys() ^ state.keys())}")
    for name, t in own.items():
        if not isinstance(t, UninitializedParameter) and t.shape != state[name].shape:
            raise RuntimeError(f"shape of {name}: {state[name].shape}, not {t.shape}")
    with torch.no_grad():
        for name, t in own.items():
            if isinstance(t, UninitializedParameter):
                t.materialize(state[name].shape)
            t[:] = state[name]
