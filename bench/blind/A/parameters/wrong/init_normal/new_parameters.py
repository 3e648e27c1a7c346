"""Replaces weight and bias by new Parameter objects, so an optimizer made before trains the old
ones, against "The network keeps its very `Parameter` objects".

slip: hung new Parameters into the layer
"""


def init_normal(net: nn.Module, std: float = 0.01) -> None:
    for module in net.modules():
        if isinstance(module, nn.Linear):
            weight, bias = module.weight, module.bias
            module.weight = nn.Parameter(torch.randn_like(weight) * std, weight.requires_grad)
            if bias is not None:
                module.bias = nn.Parameter(torch.zeros_like(bias), bias.requires_grad)
