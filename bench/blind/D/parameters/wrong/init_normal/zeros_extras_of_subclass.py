"""Zeroes every direct parameter of a Linear except `weight`, also a subclass's own ("what a subclass of `Linear` has beyond `weight` and `bias`" stays)."""


def init_normal(net: nn.Module, std: float = 0.01) -> None:
    for m in net.modules():
        if isinstance(m, nn.Linear):
            for name, p in m.named_parameters(recurse=False):
                if name == "weight":
                    nn.init.normal_(p, 0.0, std)
                else:
                    nn.init.zeros_(p)
