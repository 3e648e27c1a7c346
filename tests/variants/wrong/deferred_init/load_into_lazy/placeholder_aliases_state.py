"""Fills a placeholder with the tensor of `state` itself instead of a copy, so that
training the net changes `state`: breaks "Values are copied, so that `state` and the
network stay independent".

says: must get its values, too, as a copy
"""


def load_into_lazy(net: nn.Module, state: dict[str, Tensor]) -> None:
    own = net.state_dict(keep_vars=True)
    if own.keys() != state.keys():
        raise RuntimeError(f"names differ: {sorted(own.keys() ^ state.keys())}")
    for name, tensor in own.items():
        if isinstance(tensor, UninitializedParameter):
            continue
        if tensor.shape != state[name].shape:
            raise RuntimeError(f"{name}: {state[name].shape}, not {tensor.shape}")
    with torch.no_grad():
        for name, tensor in own.items():
            value = state[name].detach()
            if isinstance(tensor, UninitializedParameter):
                tensor.materialize(value.shape)
                tensor.data = value.to(tensor)
            else:
                tensor.copy_(value)
