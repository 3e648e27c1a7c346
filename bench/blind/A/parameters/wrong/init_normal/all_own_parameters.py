"""Goes by the number of dimensions of all of a layer's own parameters, so a further parameter of a
Linear subclass is overwritten too, against "what a subclass of `Linear` has beyond `weight` and
`bias`".

slip: initialised every parameter of a subclass
"""


def init_normal(net: nn.Module, std: float = 0.01) -> None:
    for module in net.modules():
        if isinstance(module, nn.Linear):
            for p in module.parameters(recurse=False):
                if p.dim() > 1:
                    nn.init.normal_(p, 0.0, std)
                else:
                    nn.init.zeros_(p)
