"""One file at a time, with a sum in float64."""
def average_checkpoints(paths):
    total, count, last, kinds = {}, 0, None, None
    for path in paths:
        last = torch.load(path, weights_only=True)
        now = {k: (tuple(v.shape), v.dtype) for k, v in last.items()}
        if kinds is not None and now != kinds:
            raise ValueError(f"{path} differs")
        kinds = kinds or now
        for k, v in last.items():
            if v.is_floating_point():
                total[k] = total.get(k, 0) + v.to(torch.float64)
        count += 1
    if count == 0:
        raise ValueError("no paths")
    return {
        k: (total[k] / count).to(kind[1]) if k in total else last[k]
        for k, kind in kinds.items()
    }
