"""Searches the translated pattern instead of matching it, so "0.*" takes "10.weight" and "bias"
takes "0.bias" too, against "The pattern has to match the whole dotted name".

slip: pattern found at the end of a name
"""


def init_by_rule(
    net: nn.Module, rules: Sequence[tuple[str, Callable[[Tensor], object]]]
) -> None:
    import re
    from fnmatch import translate

    named = list(net.named_parameters())
    compiled = [(re.compile(translate(pattern)), pattern, init) for pattern, init in rules]
    for regex, pattern, _ in compiled:
        if not any(regex.search(name) for name, _ in named):
            raise ValueError(f"pattern {pattern!r} matches no parameter")
    with torch.no_grad():
        for name, p in named:
            for regex, _, init in compiled:
                if regex.search(name):
                    init(p)
                    break
