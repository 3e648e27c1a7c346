"""Walks the modules and lists each one's own parameters, so a Parameter that two different modules
share has two rows, against "has one row, under its first name".

slip: shared modules once, shared Parameters twice
"""


def parameter_table(net: nn.Module) -> list[tuple[str, tuple[int, ...], int, bool]]:
    rows = []
    for prefix, module in net.named_modules():
        for name, p in module.named_parameters(prefix, recurse=False):
            rows.append((name, tuple(p.shape), p.numel(), p.requires_grad))
    return rows
