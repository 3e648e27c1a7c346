"""Recursion over the widths: nested Sequentials."""
def lazy_mlp(*widths: int) -> nn.Module:
    first, *rest = widths
    if not rest:
        return nn.LazyLinear(first)
    return nn.Sequential(nn.LazyLinear(out_features=first), nn.ReLU(), lazy_mlp(*rest))
