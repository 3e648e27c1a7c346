"""A buffer that is not saved may be in the state.

says: not saved has no name
"""
def load_into_lazy(net, state):
    own = net.state_dict(keep_vars=True)
    every = own | dict(net.named_buffers())
    if set(state) - set(every) or set(own) - set(state):
        raise RuntimeError
    for n, t in own.items():
        if not isinstance(t, UninitializedParameter) and t.shape != state[n].shape:
            raise RuntimeError
    with torch.no_grad():
        for n, t in own.items():
            if isinstance(t, UninitializedParameter): t.materialize(state[n].shape)
            t.copy_(state[n])
