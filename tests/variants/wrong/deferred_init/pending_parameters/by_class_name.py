"""Only classes called Lazy… count.

says: is no lazy one|whatever its module
"""
def pending_parameters(net: nn.Module) -> list[str]:
    lazy = set()
    for module in net.modules():
        if type(module).__name__.startswith("Lazy"):
            lazy.update(
                id(p)
                for p in module.parameters(recurse=False)
                if isinstance(p, UninitializedParameter)
            )
    return [name for name, p in net.named_parameters() if id(p) in lazy]
