"""Gives `.data`, but leaves gradients switched on while `init` runs ("is given, once
and under `torch.no_grad()`").

says: call init under torch.no_grad
"""


def init_by_rule(
    net: nn.Module, rules: Sequence[tuple[str, Callable[[Tensor], object]]]
) -> None:
    params = dict(net.named_parameters())
    for pattern, _ in rules:
        if not any(fnmatchcase(name, pattern) for name in params):
            raise ValueError(f"the pattern {pattern!r} matches no parameter")
    for name, p in params.items():
        for pattern, init in rules:
            if fnmatchcase(name, pattern):
                init(p.data)
                break
