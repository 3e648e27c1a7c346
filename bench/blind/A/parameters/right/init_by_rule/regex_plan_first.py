"""Translates patterns to regular expressions, makes the whole plan first, then carries it out.

slip: compiled patterns, a plan before any change
"""


@torch.no_grad()
def init_by_rule(
    net: nn.Module, rules: Sequence[tuple[str, Callable[[Tensor], object]]]
) -> None:
    import re
    from fnmatch import translate

    fits = [re.compile(translate(pattern)).fullmatch for pattern, _ in rules]
    named = tuple(net.named_parameters())
    table = [[fit(name) is not None for fit in fits] for name, _ in named]
    for i, (pattern, _) in enumerate(rules):
        if not sum(row[i] for row in table):
            raise ValueError(pattern)
    for row, (_, p) in zip(table, named):
        if any(row):
            rules[row.index(True)][1](p)
