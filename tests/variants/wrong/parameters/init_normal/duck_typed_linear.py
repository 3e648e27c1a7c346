"""Recognises a Linear layer by its attributes, so a layer that is no nn.Linear but has in_features
and a weight is overwritten, against "All else stays bitwise as it is: other layers".

says: does not make a layer a Linear
"""


def init_normal(net: nn.Module, std: float = 0.01) -> None:
    for module in net.modules():
        if hasattr(module, "in_features") and hasattr(module, "weight"):
            nn.init.normal_(module.weight, 0.0, std)
            if getattr(module, "bias", None) is not None:
                nn.init.zeros_(module.bias)
