"""Unusual: walks the rules backwards into a plan, where an earlier rule overwrites a
later one, then carries it out on `.data`.
"""


def init_by_rule(
    net: nn.Module, rules: Sequence[tuple[str, Callable[[Tensor], object]]]
) -> None:
    params = dict(net.named_parameters())
    plan: dict[str, Callable[[Tensor], object]] = {}
    for pattern, init in reversed(rules):
        hits = [name for name in params if fnmatchcase(name, pattern)]
        if not hits:
            raise ValueError(f"no parameter is called {pattern!r}")
        plan |= dict.fromkeys(hits, init)

    @torch.no_grad()
    def carry_out() -> None:
        for name in filter(plan.__contains__, params):
            plan[name](params[name].data)

    carry_out()
