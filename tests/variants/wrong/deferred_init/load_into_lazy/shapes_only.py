"""Fills placeholders, but not with the values.

says: must get its values
"""
def load_into_lazy(net, state):
    copy.deepcopy(net).load_state_dict(state)
    for name, p in net.named_parameters():
        if isinstance(p, UninitializedParameter):
            p.materialize(state[name].shape)
            nn.init.uniform_(p)
        else:
            p.data.copy_(state[name])
    for name, b in net.named_buffers():
        b.copy_(state[name])
