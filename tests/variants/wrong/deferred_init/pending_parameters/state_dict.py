"""Looks into the state dict, where buffers are, too.

says: buffers, too
"""
def pending_parameters(net):
    return list(dict.fromkeys(
        k for k, v in net.state_dict(keep_vars=True).items()
        if torch.nn.parameter.is_lazy(v)
    ))
