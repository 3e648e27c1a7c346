"""Wants buffers that are never saved.

says: a buffer is not saved
"""
def load_into_lazy(net: nn.Module, state: dict[str, Tensor]) -> None:
    own = dict(net.named_parameters(remove_duplicate=False))
    own |= dict(net.named_buffers(remove_duplicate=False))
    for name in own.keys() ^ state.keys():
        raise RuntimeError(f"missing or unknown: {name}")
    for name, t in own.items():
        if not isinstance(t, UninitializedParameter) and t.shape != state[name].shape:
            raise RuntimeError(f"shape of {name}: {state[name].shape}, not {t.shape}")
    net.load_state_dict(state)
