"""Initialises first and raises afterwards, so the parameters have changed when it refuses, against
"no parameter has changed".

slip: looked for unmatched patterns at the end
"""


def init_by_rule(
    net: nn.Module, rules: Sequence[tuple[str, Callable[[Tensor], object]]]
) -> None:
    unmatched = {pattern for pattern, _ in rules}
    with torch.no_grad():
        for name, p in net.named_parameters():
            fitting = [rule for rule in rules if fnmatchcase(name, rule[0])]
            unmatched.difference_update(pattern for pattern, _ in fitting)
            if fitting:
                fitting[0][1](p)
    if unmatched:
        raise ValueError(f"patterns that match no parameter: {sorted(unmatched)}")
