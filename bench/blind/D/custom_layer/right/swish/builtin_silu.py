"""Unusual: the built-in silu, which saves its input alone and is twice differentiable."""

def swish(x: Tensor) -> Tensor:
    return nn.functional.silu(x)
