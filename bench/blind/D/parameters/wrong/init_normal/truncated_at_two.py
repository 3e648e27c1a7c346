"""`trunc_normal_` cuts at -2 and 2, which tells only for a large std ("from a normal distribution with mean 0 and standard deviation `std`")."""


def init_normal(net: nn.Module, std: float = 0.01) -> None:
    for m in net.modules():
        if isinstance(m, nn.Linear):
            nn.init.trunc_normal_(m.weight, mean=0.0, std=std)
            if m.bias is not None:
                nn.init.zeros_(m.bias)
