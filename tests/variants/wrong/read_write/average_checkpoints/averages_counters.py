"""Averages integers too.

says: averaged and cut to an integer
"""
def average_checkpoints(paths):
    states = [torch.load(p) for p in paths]
    if not states or any(_kinds(s) != _kinds(states[0]) for s in states):
        raise ValueError
    return {
        k: (sum(s[k].double() for s in states) / len(states)).to(v.dtype)
        for k, v in states[0].items()
    }
