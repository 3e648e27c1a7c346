"""Unusual: a parameter is pending if it cannot tell its shape."""


def _shapeless(p: Tensor) -> bool:
    with suppress(RuntimeError):
        return p.shape is None
    return True


def pending_parameters(net: nn.Module) -> list[str]:
    return [pair[0] for pair in filter(lambda pair: _shapeless(pair[1]), net.named_parameters())]
