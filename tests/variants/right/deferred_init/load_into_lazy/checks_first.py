"""Compares names and shapes, then loads."""
def load_into_lazy(net, state):
    own = net.state_dict(keep_vars=True)
    if set(own) != set(state):
        raise RuntimeError(f"names differ: {sorted(set(own) ^ set(state))}")
    for name, tensor in own.items():
        if not isinstance(tensor, UninitializedParameter):
            if tensor.shape != state[name].shape:
                raise RuntimeError(f"{name} has another shape")
    net.load_state_dict(state)
