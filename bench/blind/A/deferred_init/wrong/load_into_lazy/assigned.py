"""The tensors of the state dict are assigned, against "values are copied" and "all parameters remain the same objects".

slip: assigns instead of copying
"""

def load_into_lazy(net: nn.Module, state: dict[str, Tensor]) -> None:
    own = net.state_dict(keep_vars=True)
    if own.keys() != state.keys():
        raise RuntimeError(f"names differ: {sorted(own.keys() ^ state.keys())}")
    for name, t in own.items():
        if not isinstance(t, UninitializedParameter) and t.shape != state[name].shape:
            raise RuntimeError(f"shape of {name}: {state[name].shape}, not {t.shape}")
    net.load_state_dict(state, assign=True)
