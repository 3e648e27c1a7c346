"""Multiplies the shape as a tensor, so a 0-dim parameter has the float 1.0 as numel
("`numel` the number of entries, an int").

says: 0-dim and empty parameters
"""


def parameter_table(net: nn.Module) -> list[tuple[str, tuple[int, ...], int, bool]]:
    rows = []
    for name, p in net.named_parameters():
        shape = tuple(p.shape)
        rows.append((name, shape, torch.tensor(shape).prod().item(), p.requires_grad))
    return rows
