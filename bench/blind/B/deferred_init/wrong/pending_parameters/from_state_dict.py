"""The state dict is searched, which lists buffers and a shared parameter twice, against "a shared parameter is listed once, and buffers are not listed".

slip: searches the state dict instead
"""

from torch.nn.parameter import is_lazy


def pending_parameters(net: nn.Module) -> list[str]:
    return [name for name, t in net.state_dict(keep_vars=True).items() if is_lazy(t)]
