"""Raises ValueError for a rule whose names were all taken by earlier rules: breaks "a pattern matches no name at all, taken by an earlier rule or not"."""


def init_by_rule(
    net: nn.Module, rules: Sequence[tuple[str, Callable[[Tensor], object]]]
) -> None:
    plan = []
    unused = {pattern for pattern, _ in rules}
    for name, p in net.named_parameters():
        for pattern, init in rules:
            if fnmatchcase(name, pattern):
                plan.append((p, init))
                unused.discard(pattern)
                break
    if unused:
        raise ValueError(f"no parameter matches {', '.join(sorted(unused))}")
    with torch.no_grad():
        for p, init in plan:
            init(p)
