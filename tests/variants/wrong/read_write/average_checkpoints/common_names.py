"""Averages the names that all files have.

says: left out, stretched or converted in silence
"""
def average_checkpoints(paths):
    states = [torch.load(p) for p in paths]
    if not states:
        raise ValueError
    names = [k for k in states[0] if all(k in s for s in states)]
    states = [{k: s[k] for k in names} for s in states]
    if any(_kinds(s) != _kinds(states[0]) for s in states):
        raise ValueError
    return {
        k: (sum(s[k].double() for s in states) / len(states)).to(v.dtype)
        if v.is_floating_point() else states[-1][k]
        for k, v in states[0].items()
    }
