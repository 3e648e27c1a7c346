"""Frozen modules get no values.

says: stay as make_net sets them
"""
def build_on_meta(make_net: Callable[[], nn.Module], device: torch.device | str='cpu') -> nn.Module:
    with torch.device('meta'):
        net = make_net()
    net.to_empty(device=device)
    for module in net.modules():
        if hasattr(module, 'reset_parameters'):
            if any((p.requires_grad for p in module.parameters(recurse=False))) or not list(module.parameters(recurse=False)):
                module.reset_parameters()
        elif [*module.parameters(recurse=False), *module.buffers(recurse=False)]:
            raise TypeError(f'{type(module).__name__} has no reset_parameters')
    return net
