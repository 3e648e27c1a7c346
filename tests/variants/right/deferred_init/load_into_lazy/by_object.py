"""groups the names by tensor object, compares sets of shapes, and copies by hand; load_state_dict is not used."""


def load_into_lazy(net: nn.Module, state: dict[str, Tensor]) -> None:
    own = net.state_dict(keep_vars=True)
    if set(own) ^ set(state):
        raise RuntimeError(f"missing or unknown: {sorted(set(own) ^ set(state))}")
    shapes, lazy = {}, []
    for name, tensor in own.items():
        wanted = shapes.setdefault(id(tensor), set())
        wanted.add(state[name].shape)
        if isinstance(tensor, UninitializedParameter):
            lazy.append((tensor, state[name].shape))
        else:
            wanted.add(tensor.shape)
        if len(wanted) > 1:
            raise RuntimeError(f"{name}: shapes {sorted(wanted)}")
    with torch.no_grad():
        for tensor, shape in lazy:
            if isinstance(tensor, UninitializedParameter):
                tensor.materialize(shape)
        for name, tensor in own.items():
            tensor.copy_(state[name])
