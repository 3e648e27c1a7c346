"""Checks shape and dtype of the floating tensors alone ("ValueError: ... names, shapes or dtypes differ between files")."""


def average_checkpoints(paths: Sequence[FilePath]) -> dict[str, Tensor]:
    if not paths:
        raise ValueError("there is no checkpoint")
    first = torch.load(paths[0], map_location="cpu", weights_only=True)
    result = {}
    for name, tensor in first.items():
        tensor = tensor.detach()
        result[name] = tensor.double() if tensor.is_floating_point() else tensor
    for path in paths[1:]:
        state = torch.load(path, map_location="cpu", weights_only=True)
        if state.keys() != first.keys():
            raise ValueError(f"{os.fspath(path)} has other names")
        for name, tensor in state.items():
            old = first[name]
            if tensor.is_floating_point() or old.is_floating_point():
                if (tensor.shape, tensor.dtype) != (old.shape, old.dtype):
                    raise ValueError(f"{name} has another shape or dtype")
                result[name] = result[name] + tensor.detach().double()
            else:
                result[name] = tensor
    for name, tensor in result.items():
        if tensor.is_floating_point():
            result[name] = (tensor / len(paths)).to(first[name].dtype)
    return result
