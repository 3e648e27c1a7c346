"""Unusual: it cuts the two whole state dicts by prefix instead of asking the submodules, and knows the paths from named_modules."""

import copy


def reuse_layers(
    source: nn.Module, target: nn.Module, names: Sequence[str]
) -> list[str]:
    nets = (source, target)
    known = [{n for n, _ in net.named_modules(remove_duplicate=False)} for net in nets]
    states = [net.state_dict() for net in nets]

    def part(state, name):
        prefix = name + "." if name else ""
        return {key: t for key, t in state.items() if key.startswith(prefix)}

    plan = {}
    for name in names:
        if not all(name in paths for paths in known):
            raise ValueError(f"{name!r} is not a module of both networks")
        here, there = (part(state, name) for state in states)
        shapes = [
            {k: getattr(t, "shape", None) for k, t in side.items()}
            for side in (here, there)
        ]
        if shapes[0] != shapes[1]:
            raise ValueError(f"{name!r} holds other tensors in the two networks")
        plan |= {key: (there[key], tensor) for key, tensor in here.items()}
    for key, (destination, origin) in plan.items():
        if isinstance(origin, Tensor):
            destination.copy_(origin)
        else:
            owner = target.get_submodule(key.rpartition(".")[0])
            owner.set_extra_state(copy.deepcopy(origin))
    return [*names]
