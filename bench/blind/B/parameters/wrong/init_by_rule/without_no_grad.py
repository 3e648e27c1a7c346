"""Relies on nn.init's own no_grad, so an init that writes in place itself raises RuntimeError on a
leaf, against "under `torch.no_grad()`".

slip: called init with gradients on
"""


def init_by_rule(
    net: nn.Module, rules: Sequence[tuple[str, Callable[[Tensor], object]]]
) -> None:
    named = dict(net.named_parameters())
    for pattern, _ in rules:
        if not any(fnmatchcase(name, pattern) for name in named):
            raise ValueError(f"pattern {pattern!r} matches no parameter")
    for name, p in named.items():
        for pattern, init in rules:
            if fnmatchcase(name, pattern):
                init(p)
                break
