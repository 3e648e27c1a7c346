"""Gives the weight new storage through .data, so views and detached tensors taken before keep the old values ("Initialise every `Linear` layer of `net` in place")."""

def init_normal(net: nn.Module, std: float = 0.01) -> None:
    for module in net.modules():
        if isinstance(module, nn.Linear):
            module.weight.data = torch.randn_like(module.weight.data) * std
            if module.bias is not None:
                module.bias.data = torch.zeros_like(module.bias.data)
