"""Right: torch's own silu saves its input alone and knows both derivatives."""

def swish(x: Tensor) -> Tensor:
    return nn.functional.silu(x)
