"""Divides each file's values first, and adds up the shares file by file."""
def average_checkpoints(paths):
    def signature(state):
        return {name: (tensor.shape, tensor.dtype) for name, tensor in state.items()}

    total, expected = {}, None
    for path in paths:
        state = torch.load(path, weights_only=True, map_location="cpu")
        if expected is None:
            expected = signature(state)
        elif signature(state) != expected:
            raise ValueError(f"{path} does not match the first file")
        for name in expected:
            value = state[name].detach()
            if value.dtype.is_floating_point:
                value = value.double() / len(paths)
                value = value.add_(total[name]) if name in total else value
            total[name] = value
    if expected is None:
        raise ValueError("no checkpoints")
    return {name: total[name].to(dtype) for name, (_, dtype) in expected.items()}
