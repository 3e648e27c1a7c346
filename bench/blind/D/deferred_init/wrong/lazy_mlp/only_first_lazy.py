"""Only the first layer is lazy, the others are built at once ("Until the first call, all parameters are placeholders")."""


def lazy_mlp(*widths: int) -> nn.Module:
    layers = [nn.LazyLinear(widths[0])]
    for before, width in zip(widths, widths[1:], strict=False):
        layers += [nn.ReLU(), nn.Linear(before, width)]
    return nn.Sequential(*layers)
