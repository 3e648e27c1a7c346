"""Empties the caller's state dict.

says: keeps its entries
"""
def load_into_lazy(net: nn.Module, state: dict[str, Tensor]) -> None:
    own = net.state_dict(keep_vars=True)
    if own.keys() != state.keys():
        raise RuntimeError(f"names differ: {sorted(own.keys() ^ state.keys())}")
    for name, t in own.items():
        if not isinstance(t, UninitializedParameter) and t.shape != state[name].shape:
            raise RuntimeError(f"shape of {name}: {state[name].shape}, not {t.shape}")
    for name, t in own.items():
        value = state.pop(name)
        if isinstance(t, UninitializedParameter):
            t.materialize(value.shape)
        t.data.copy_(value)
