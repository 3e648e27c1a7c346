"""Forgets the buffers.

says: does not load all values
"""
def load_into_lazy(net, state):
    copy.deepcopy(net).load_state_dict(state)
    with torch.no_grad():
        for name, p in net.named_parameters():
            if isinstance(p, UninitializedParameter):
                p.materialize(state[name].shape)
            p.copy_(state[name])
