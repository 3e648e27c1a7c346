"""Pairs the values by position.

says: in another order
"""
def load_into_lazy(net: nn.Module, state: dict[str, Tensor]) -> None:
    own = net.state_dict(keep_vars=True)
    if own.keys() != state.keys():
        raise RuntimeError(f"names differ: {sorted(own.keys() ^ state.keys())}")
    pairs = list(zip(own.values(), state.values(), strict=True))
    for old, new in pairs:
        if not isinstance(old, UninitializedParameter) and old.shape != new.shape:
            raise RuntimeError(f"shape {tuple(new.shape)}, not {tuple(old.shape)}")
    with torch.no_grad():
        for old, new in pairs:
            if isinstance(old, UninitializedParameter):
                old.materialize(new.shape)
            old.copy_(new)
