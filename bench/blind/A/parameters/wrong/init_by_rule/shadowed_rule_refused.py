"""Counts a pattern as unmatched when earlier rules have taken all its names, against "a pattern
matches no name at all, taken by an earlier rule or not".

slip: refused a rule that came too late
"""


def init_by_rule(
    net: nn.Module, rules: Sequence[tuple[str, Callable[[Tensor], object]]]
) -> None:
    chosen, used = [], set()
    for name, p in net.named_parameters():
        for i, (pattern, init) in enumerate(rules):
            if fnmatchcase(name, pattern):
                chosen.append((init, p))
                used.add(i)
                break
    for i, (pattern, _) in enumerate(rules):
        if i not in used:
            raise ValueError(f"pattern {pattern!r} matches no parameter")
    with torch.no_grad():
        for init, p in chosen:
            init(p)
