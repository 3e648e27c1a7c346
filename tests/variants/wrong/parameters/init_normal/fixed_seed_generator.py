"""Each layer draws from a new generator with the same seed, so equal layers and repeated calls get
equal weights, against "Weights are drawn afresh".

says: seed set inside
"""


def init_normal(net: nn.Module, std: float = 0.01) -> None:
    for module in net.modules():
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, 0.0, std, generator=Generator().manual_seed(0))
            if module.bias is not None:
                nn.init.zeros_(module.bias)
