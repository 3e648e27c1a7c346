"""Lists the children before the module itself.

says: for parameters beside modules
"""
def parameter_table(net: nn.Module) -> list[tuple[str, tuple[int, ...], int, bool]]:
    found = {}

    def visit(module, prefix):
        for name, child in module.named_children():
            visit(child, f"{prefix}{name}.")
        for name, p in module.named_parameters(recurse=False):
            found.setdefault(p, prefix + name)

    visit(net, "")
    return [(name, tuple(p.shape), p.numel(), p.requires_grad) for p, name in found.items()]
