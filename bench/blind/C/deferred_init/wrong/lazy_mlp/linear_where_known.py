"""Only the first layer is lazy, the others are Linear since their widths are known: breaks "Until the first call, all parameters are placeholders"."""


def lazy_mlp(*widths: int) -> nn.Module:
    first, *rest = widths
    layers: list[nn.Module] = [nn.LazyLinear(first)]
    for width in rest:
        layers += [nn.ReLU(), nn.Linear(first, width)]
        first = width
    return nn.Sequential(*layers)
