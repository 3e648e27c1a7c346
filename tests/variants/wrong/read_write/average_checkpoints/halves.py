"""Takes the mean of the mean so far and the next file.

says: halving pair by pair
"""
def average_checkpoints(paths):
    states = [torch.load(p) for p in paths]
    if not states or any(_kinds(s) != _kinds(states[0]) for s in states):
        raise ValueError
    mean = {k: v.double() for k, v in states[0].items()}
    for s in states[1:]:
        mean = {k: (mean[k] + s[k].double()) / 2 for k in mean}
    return {
        k: mean[k].to(v.dtype) if v.is_floating_point() else v
        for k, v in states[-1].items()
    }
