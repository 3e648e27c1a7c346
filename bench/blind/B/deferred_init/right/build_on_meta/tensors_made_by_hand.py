"""Swaps each tensor by hand; an EAFP style test for reset_parameters.
"""

from itertools import chain


def build_on_meta(
    make_net: Callable[[], nn.Module], device: torch.device | str = "cpu"
) -> nn.Module:
    with torch.device("meta"):
        net = make_net()
    resets = []
    for module in net.modules():
        if next(chain(module.parameters(recurse=False), module.buffers(recurse=False)), None) is None:
            continue
        try:
            resets.append(module.reset_parameters)
        except AttributeError:
            raise TypeError(f"{type(module).__qualname__}: no reset_parameters") from None
        for name, p in module.named_parameters(recurse=False):
            room = torch.empty_like(p, device=device)
            module._parameters[name] = nn.Parameter(room, requires_grad=p.requires_grad)
        for name, b in module.named_buffers(recurse=False):
            module._buffers[name] = torch.empty_like(b, device=device)
    for reset in resets:
        reset()
    return net
