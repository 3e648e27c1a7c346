"""The mean is moved towards each file by a share."""
def average_checkpoints(paths):
    paths = list(paths)
    if len(paths) == 0:
        raise ValueError
    result = torch.load(paths[0])
    mean = {k: v.double() for k, v in result.items() if v.dtype.is_floating_point}
    for i in range(1, len(paths)):
        state = torch.load(paths[i])
        if state.keys() != result.keys():
            raise ValueError("keys")
        for k in result:
            if state[k].shape != result[k].shape or state[k].dtype != result[k].dtype:
                raise ValueError(k)
            if k in mean:
                mean[k] += (state[k].double() - mean[k]) / (i + 1)
            else:
                result[k] = state[k]
    for k in mean:
        result[k] = mean[k].to(result[k].dtype)
    return result
