"""Raises also for lazy buffers, as in LazyBatchNorm1d(affine=False), although they do not count ("Buffers do not count", "a parameter that counts has no shape yet")."""


def count_parameters(net: nn.Module, trainable_only: bool = False) -> int:
    params = [p for p in net.parameters() if p.requires_grad or not trainable_only]
    if any(nn.parameter.is_lazy(t) for t in [*params, *net.buffers()]):
        raise ValueError("run the network once before its parameters are counted")
    return sum(p.numel() for p in params)
