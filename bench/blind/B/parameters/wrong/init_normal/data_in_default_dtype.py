"""Sets `.data` to numbers drawn in the default dtype, so a float64 layer becomes float32, against
"dtypes and `requires_grad` stay".

slip: assigned .data in the default dtype
"""


def init_normal(net: nn.Module, std: float = 0.01) -> None:
    for module in net.modules():
        if isinstance(module, nn.Linear):
            module.weight.data = std * torch.randn(module.weight.shape)
            if module.bias is not None:
                module.bias.data = torch.zeros(module.bias.shape)
