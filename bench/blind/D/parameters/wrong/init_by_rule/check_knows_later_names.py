"""The check accepts a pattern that matches only the second name of a shared parameter ("Of the names of a shared parameter, the first alone counts", "ValueError: a pattern matches no name at all")."""


def init_by_rule(
    net: nn.Module, rules: Sequence[tuple[str, Callable[[Tensor], object]]]
) -> None:
    names = [name for name, _ in net.named_parameters(remove_duplicate=False)]
    for pattern, _ in rules:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise ValueError(f"the pattern {pattern!r} matches no parameter")
    with torch.no_grad():
        for name, p in net.named_parameters():
            for pattern, init in rules:
                if fnmatchcase(name, pattern):
                    init(p)
                    break
