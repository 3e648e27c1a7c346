"""mean += (x - mean) / i makes NaN of inf and inf, whose mean is inf: "Floating tensors are averaged in float64".

slip: inf becomes NaN on the way
"""

def average_checkpoints(paths: Sequence[FilePath]) -> dict[str, Tensor]:
    states = [torch.load(path, weights_only=True) for path in paths]
    if not states:
        raise ValueError("no path")
    kinds = [{n: (t.shape, t.dtype) for n, t in state.items()} for state in states]
    if any(kind != kinds[0] for kind in kinds):
        raise ValueError("names, shapes or dtypes differ")
    result = {}
    for name, first in states[0].items():
        if first.is_floating_point():
            mean = torch.zeros_like(first, dtype=torch.float64)
            for i, state in enumerate(states, start=1):
                mean += (state[name].double() - mean) / i
            result[name] = mean.to(first.dtype)
        else:
            result[name] = states[-1][name]
    return result
