"""A tensor that is None counts as one.

says: has none of its own
"""
def build_on_meta(make_net: Callable[[], nn.Module], device: torch.device | str='cpu') -> nn.Module:
    with torch.device('meta'):
        net = make_net()
    net.to_empty(device=device)
    for module in net.modules():
        if hasattr(module, 'reset_parameters'):
            module.reset_parameters()
        elif module._parameters or module._buffers:
            raise TypeError(f'{type(module).__name__} has no reset_parameters')
    return net
