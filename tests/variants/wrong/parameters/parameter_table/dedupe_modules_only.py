"""Lists each module's own parameters, so a tied weight has two rows.

says: counts once, under its first name
"""
def parameter_table(net: nn.Module) -> list[tuple[str, tuple[int, ...], int, bool]]:
    rows = []
    for prefix, module in net.named_modules():
        for name, p in module.named_parameters(prefix, recurse=False):
            rows.append((name, tuple(p.shape), p.numel(), p.requires_grad))
    return rows
