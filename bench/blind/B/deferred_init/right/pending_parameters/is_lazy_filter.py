"""torch's own is_lazy in a filter over pairs.
"""

from operator import itemgetter

from torch.nn.parameter import is_lazy


def pending_parameters(net: nn.Module) -> list[str]:
    lazy = filter(lambda item: is_lazy(item[1]), net.named_parameters())
    return list(map(itemgetter(0), lazy))
