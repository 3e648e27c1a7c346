"""The paths are made a set first, so one that is given twice counts once: the mean of the files in the sequence `paths`.

says: counts twice
"""

def average_checkpoints(paths: Sequence[FilePath]) -> dict[str, Tensor]:
    states = [torch.load(path, weights_only=True) for path in dict.fromkeys(paths)]
    if not states:
        raise ValueError("no path")
    kinds = [{n: (t.shape, t.dtype) for n, t in state.items()} for state in states]
    if any(kind != kinds[0] for kind in kinds):
        raise ValueError("names, shapes or dtypes differ")
    result = {}
    for name, first in states[0].items():
        if first.is_floating_point():
            values = torch.stack([state[name].double() for state in states])
            result[name] = values.mean(dim=0).to(first.dtype)
        else:
            result[name] = states[-1][name]
    return result
