"""The paths are walked by hand through children, and plans of tensor pairs are carried out at the end.
"""

class _Misfit(ValueError):
    pass


def _descend(net: nn.Module, name: str) -> nn.Module:
    module = net
    for part in filter(None, name.split(".")):
        module = module._modules.get(part)
        if module is None:
            raise _Misfit(f"there is no module {name}")
    return module


@torch.no_grad()
def reuse_layers(
    source: nn.Module, target: nn.Module, names: Sequence[str]
) -> list[str]:
    plan: list[tuple[Tensor, Tensor]] = []
    for name in names:
        given = _descend(source, name).state_dict(keep_vars=True)
        taken = _descend(target, name).state_dict(keep_vars=True)
        if given.keys() != taken.keys():
            raise _Misfit(f"{name}: only one has {sorted(given.keys() ^ taken.keys())}")
        plan += [(taken[key], given[key]) for key in given]
        if any(a.shape != b.shape for a, b in plan):
            raise _Misfit(f"{name}: shapes differ")
    for mine, theirs in plan:
        mine.copy_(theirs)
    return [*names]
