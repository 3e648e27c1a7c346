"""Hands p.data to init, another tensor that is no Parameter and requires no gradients, against
"Each parameter is given (...) to the `init`".

slip: gave p.data to init, not p
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
            for pattern, init in rules:
                if fnmatchcase(name, pattern):
                    init(p.data)
                    break
