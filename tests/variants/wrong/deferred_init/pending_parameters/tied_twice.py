"""A placeholder of two layers is listed twice.

says: one parameter, listed once
"""
def pending_parameters(net: nn.Module) -> list[str]:
    return [
        name
        for prefix, module in net.named_modules()
        for name, p in module.named_parameters(prefix=prefix, recurse=False)
        if isinstance(p, UninitializedParameter)
    ]
