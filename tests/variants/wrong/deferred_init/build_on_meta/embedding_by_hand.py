"""An Embedding's padding row gets random numbers.

says: knows its own
"""
def build_on_meta(make_net: Callable[[], nn.Module], device: torch.device | str='cpu') -> nn.Module:
    with torch.device('meta'):
        net = make_net()
    net.to_empty(device=device)
    for module in net.modules():
        if hasattr(module, 'reset_parameters'):
            module.reset_parameters()
            if isinstance(module, nn.Embedding):
                nn.init.normal_(module.weight)
        elif [*module.parameters(recurse=False), *module.buffers(recurse=False)]:
            raise TypeError(f'{type(module).__name__} has no reset_parameters')
    return net
