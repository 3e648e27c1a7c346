"""Unusual: no load_state_dict; walks over the live tensors of state_dict(keep_vars=True)."""


def load_into_lazy(net: nn.Module, state: dict[str, Tensor]) -> None:
    mine = net.state_dict(keep_vars=True)
    wrong = [f"{name}: missing or unknown" for name in mine.keys() ^ state.keys()]
    wrong += [
        f"{name}: another shape"
        for name in mine.keys() & state.keys()
        if not isinstance(mine[name], UninitializedParameter)
        and mine[name].shape != state[name].shape
    ]
    if wrong:
        raise RuntimeError("; ".join(sorted(wrong)))
    with torch.no_grad():
        for name, target in mine.items():
            if isinstance(target, UninitializedParameter):
                target.materialize(state[name].shape)
            target.copy_(state[name])
