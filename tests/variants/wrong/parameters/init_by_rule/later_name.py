"""Checks the patterns against the later names of shared parameters too, so that one
that fits only such a name passes.

says: only its first name counts
"""


def init_by_rule(
    net: nn.Module, rules: Sequence[tuple[str, Callable[[Tensor], object]]]
) -> None:
    names = [name for name, _ in net.named_parameters(remove_duplicate=False)]
    for pattern, _ in rules:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise ValueError(f"no parameter matches {pattern!r}")
    with torch.no_grad():
        for name, p in net.named_parameters():
            for pattern, init in rules:
                if fnmatchcase(name, pattern):
                    init(p)
                    break
