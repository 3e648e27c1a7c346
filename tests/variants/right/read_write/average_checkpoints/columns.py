"""Unusual: all files are read first, compared by their signatures, and each name's column of tensors is reduced by functools.reduce."""


import functools


def _signature(state: Mapping[str, Tensor]) -> set[tuple]:
    return {(name, tuple(t.shape), t.dtype) for name, t in state.items()}


def _mean(column: list[Tensor]) -> Tensor:
    *_, last = column
    if not last.dtype.is_floating_point:
        return last
    total = functools.reduce(torch.add, (tensor.to(torch.float64) for tensor in column))
    return total.div(len(column)).to(last.dtype)


@torch.no_grad()
def average_checkpoints(paths: Sequence[FilePath]) -> dict[str, Tensor]:
    states = [torch.load(p, map_location="cpu", weights_only=True) for p in paths]
    if len({frozenset(_signature(state)) for state in states}) != 1:
        raise ValueError("no checkpoints, or checkpoints of different networks")
    return {name: _mean([state[name] for state in states]) for name in states[0]}
