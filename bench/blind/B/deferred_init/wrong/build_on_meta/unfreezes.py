"""Each parameter is made anew and can be trained, also one that `make_net` froze, against "the same dtypes, `requires_grad` and `training` flags".

slip: new parameters forget requires_grad
"""

def _own(module: nn.Module) -> list[Tensor]:
    return [*module.parameters(recurse=False), *module.buffers(recurse=False)]


def build_on_meta(
    make_net: Callable[[], nn.Module], device: torch.device | str = "cpu"
) -> nn.Module:
    with torch.device("meta"):
        net = make_net()
    for module in net.modules():
        if not _own(module):
            continue
        if not hasattr(module, "reset_parameters"):
            raise TypeError(f"{type(module).__name__} has no reset_parameters")
        for name, p in module.named_parameters(recurse=False):
            setattr(module, name, nn.Parameter(torch.empty_like(p, device=device)))
        for name, b in module.named_buffers(recurse=False):
            setattr(module, name, torch.empty_like(b, device=device))
        module.reset_parameters()
    return net
