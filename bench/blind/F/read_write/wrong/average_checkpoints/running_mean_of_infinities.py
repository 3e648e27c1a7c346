"""Keeps a running mean, which turns the infinities of a mask that is the same in every file into NaN ("the mean of several
saved state dicts")."""


def average_checkpoints(paths: Sequence[FilePath]) -> dict[str, Tensor]:
    if not paths:
        raise ValueError("no path")
    first: dict[str, Tensor] = {}
    means: dict[str, Tensor] = {}
    for count, path in enumerate(paths, start=1):
        state = torch.load(path, map_location="cpu", weights_only=True)
        if count == 1:
            first = state
        if state.keys() != first.keys():
            raise ValueError(f"{path}: other names")
        for name, value in state.items():
            if value.shape != first[name].shape or value.dtype != first[name].dtype:
                raise ValueError(f"{path}: {name} has another shape or dtype")
            if not value.is_floating_point() or count == 1:
                wide = value.is_floating_point()
                means[name] = value.double() if wide else value
            else:
                means[name] = means[name] + (value.double() - means[name]) / count
    return {name: means[name].to(first[name].dtype) for name in first}
