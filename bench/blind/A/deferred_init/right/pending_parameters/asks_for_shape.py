"""Asks each parameter for its shape and notes who raises.
"""

def _has_shape(p: Tensor) -> bool:
    try:
        _ = p.shape
    except RuntimeError:
        return False
    return True


def pending_parameters(net: nn.Module) -> list[str]:
    return [name for name, p in net.named_parameters() if not _has_shape(p)]
