"""Forgets to cast back.

says: in the files' own dtypes
"""
def average_checkpoints(paths):
    states = [torch.load(p) for p in paths]
    if not states or any(_kinds(s) != _kinds(states[0]) for s in states):
        raise ValueError
    return {
        k: sum(s[k].double() for s in states) / len(states)
        if v.is_floating_point() else states[-1][k]
        for k, v in states[0].items()
    }
