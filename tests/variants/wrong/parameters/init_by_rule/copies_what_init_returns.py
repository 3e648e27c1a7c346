"""Copies what init returns into the parameter when it is a tensor, so an init that returns, say,
the old values undoes itself, against "what `init` returns does not matter".

says: what it returns does not matter
"""


def init_by_rule(
    net: nn.Module, rules: Sequence[tuple[str, Callable[[Tensor], object]]]
) -> None:
    named = dict(net.named_parameters())
    for pattern, _ in rules:
        if not any(fnmatchcase(name, pattern) for name in named):
            raise ValueError(f"pattern {pattern!r} matches no parameter")
    with torch.no_grad():
        for name, p in named.items():
            init = next((f for pattern, f in rules if fnmatchcase(name, pattern)), None)
            if init is not None:
                new = init(p)
                if isinstance(new, Tensor):
                    p.copy_(new)
