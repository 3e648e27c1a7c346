"""Unusual: recursive, each tail is a Sequential within a Sequential."""


def lazy_mlp(*widths: int) -> nn.Module:
    head, *rest = widths
    first = nn.LazyLinear(head)
    return nn.Sequential(first, nn.ReLU(), lazy_mlp(*rest)) if rest else nn.Sequential(first)
