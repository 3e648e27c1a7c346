"""Looks at detached tensors, so that nothing seems trainable.

says: never require gradients
"""
def parameter_table(net):
    state = net.state_dict()
    return [
        (name, tuple(state[name].shape), state[name].numel(), state[name].requires_grad)
        for name, _ in net.named_parameters()
    ]
