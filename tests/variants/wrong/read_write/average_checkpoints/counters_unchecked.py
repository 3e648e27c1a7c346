"""Takes a tensor that is not floating from the last file before it compares.

says: left out, stretched or converted in silence
"""


def average_checkpoints(paths: Sequence[FilePath]) -> dict[str, Tensor]:
    if len(paths) == 0:
        raise ValueError("there is no checkpoint to average")
    states = [torch.load(p, map_location="cpu", weights_only=True) for p in paths]
    first, last = states[0], states[-1]
    for path, state in zip(paths, states, strict=True):
        if state.keys() != first.keys():
            raise ValueError(f"{path} has other names than {paths[0]}")
    averaged = {}
    for name, tensor in first.items():
        if not tensor.is_floating_point():
            averaged[name] = last[name]
            continue
        total = torch.zeros(tensor.shape, dtype=torch.float64)
        for path, state in zip(paths, states, strict=True):
            other = state[name]
            if other.shape != tensor.shape or other.dtype != tensor.dtype:
                raise ValueError(f"{name} in {path} has another shape or dtype")
            total += other.double()
        averaged[name] = (total / len(states)).to(tensor.dtype)
    return averaged
