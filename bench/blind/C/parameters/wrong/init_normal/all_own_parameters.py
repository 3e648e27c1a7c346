"""Draws every parameter of a Linear layer but its bias, so that a subclass's scale or adapter changes too: breaks "what a subclass of `Linear` has beyond `weight` and `bias`" stays as it is."""


def init_normal(net: nn.Module, std: float = 0.01) -> None:
    for module in net.modules():
        if not isinstance(module, nn.Linear):
            continue
        for name, p in module.named_parameters(recurse=False):
            if name == "bias":
                nn.init.zeros_(p)
            else:
                nn.init.normal_(p, mean=0.0, std=std)
