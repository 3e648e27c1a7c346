"""One name of two is enough.

says: each of its names
"""
def load_into_lazy(net, state):
    own = net.state_dict(keep_vars=True)
    uniq = dict(net.named_parameters()) | dict(net.named_buffers())
    if set(state) - set(own) or {n for n in own if n in uniq} - set(state):
        raise RuntimeError
    for n, t in own.items():
        if n in state and not isinstance(t, UninitializedParameter) and t.shape != state[n].shape:
            raise RuntimeError
    with torch.no_grad():
        for n, t in own.items():
            if n not in state: continue
            if isinstance(t, UninitializedParameter): t.materialize(state[n].shape)
            t.copy_(state[n])
