"""Refuses every lazy parameter, also a frozen one under trainable_only that would not count: breaks "a parameter that counts has no shape yet"."""

from torch.nn.parameter import is_lazy


def count_parameters(net: nn.Module, trainable_only: bool = False) -> int:
    params = list(net.parameters())
    if any(is_lazy(p) for p in params):
        raise ValueError("the network has parameters without a shape; run it once")
    if trainable_only:
        params = [p for p in params if p.requires_grad]
    return sum(p.numel() for p in params)
