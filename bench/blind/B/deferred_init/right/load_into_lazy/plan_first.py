"""A plan of (target, value) pairs first, all checks in it, then one loop that fills and copies.
"""

from operator import methodcaller


def load_into_lazy(net: nn.Module, state: dict[str, Tensor]) -> None:
    own = net.state_dict(keep_vars=True)
    problems = [f"missing: {name}" for name in own if name not in state]
    problems += [f"unknown: {name}" for name in state if name not in own]
    plan = [(own[name], state[name].detach()) for name in own if name in state]
    problems += [
        f"{tuple(value.size())} does not fit {tuple(target.size())}"
        for target, value in plan
        if not isinstance(target, UninitializedParameter) and target.size() != value.size()
    ]
    if problems:
        raise RuntimeError("; ".join(problems))
    for target, value in plan:
        if isinstance(target, UninitializedParameter):
            methodcaller("materialize", value.shape)(target)
        target.data.copy_(value)
