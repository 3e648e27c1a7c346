"""Checks for lazy parameters before it leaves out the frozen ones ("ValueError: a parameter that counts has no shape yet")."""


def count_parameters(net: nn.Module, trainable_only: bool = False) -> int:
    params = list(net.parameters())
    if any(nn.parameter.is_lazy(p) for p in params):
        raise ValueError("a parameter has no shape yet")
    return sum(p.numel() for p in params if p.requires_grad or not trainable_only)
