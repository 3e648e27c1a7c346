"""Goes through the state dict, which has the buffers too.

says: state_dict\(\) also has the buffers
"""
def parameter_table(net):
    return [
        (name, tuple(t.shape), t.numel(), t.requires_grad)
        for name, t in net.state_dict(keep_vars=True).items()
    ]
