"""Fills placeholders while still checking.

says: before anything is loaded
"""
def load_into_lazy(net: nn.Module, state: dict[str, Tensor]) -> None:
    own = net.state_dict(keep_vars=True)
    if own.keys() != state.keys():
        raise RuntimeError(f"names differ: {sorted(own.keys() ^ state.keys())}")
    for name, t in own.items():
        if isinstance(t, UninitializedParameter):
            t.materialize(state[name].shape)
        if t.shape != state[name].shape:
            raise RuntimeError(f"shape of {name}: {state[name].shape}, not {t.shape}")
    net.load_state_dict(state)
