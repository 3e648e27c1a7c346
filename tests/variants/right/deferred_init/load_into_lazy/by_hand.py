"""Fills placeholders by hand, and copies value by value."""
@torch.no_grad()
def load_into_lazy(net, state):
    own = net.state_dict(keep_vars=True)
    if own.keys() ^ state.keys():
        raise RuntimeError("the names do not fit")
    for name, p in own.items():
        if not torch.nn.parameter.is_lazy(p) and p.shape != state[name].shape:
            raise RuntimeError(name)
    for name, p in own.items():
        if torch.nn.parameter.is_lazy(p):
            p.materialize(tuple(state[name].shape))
        p.copy_(state[name])
