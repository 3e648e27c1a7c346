"""Goes through all names, so a shared parameter is given to an init under each of them, against
"once" and "A shared parameter goes by its first name".

slip: a shared parameter went by all its names
"""


def init_by_rule(
    net: nn.Module, rules: Sequence[tuple[str, Callable[[Tensor], object]]]
) -> None:
    named = list(net.named_parameters(remove_duplicate=False))
    for pattern, _ in rules:
        if not any(fnmatchcase(name, pattern) for name, _ in named):
            raise ValueError(f"pattern {pattern!r} matches no parameter")
    with torch.no_grad():
        for name, p in named:
            for pattern, init in rules:
                if fnmatchcase(name, pattern):
                    init(p)
                    break
