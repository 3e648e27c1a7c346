"""Draws from an own generator of fixed seed, so a second call gives the same weights ("Weights are drawn afresh")."""


def init_normal(net: nn.Module, std: float = 0.01) -> None:
    generator = Generator().manual_seed(0)
    for m in net.modules():
        if isinstance(m, nn.Linear):
            nn.init.normal_(m.weight, 0.0, std, generator=generator)
            if m.bias is not None:
                nn.init.zeros_(m.bias)
