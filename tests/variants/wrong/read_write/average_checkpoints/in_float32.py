"""Sums in float32.

says: lose digits on the way
"""
def average_checkpoints(paths):
    states = [torch.load(p) for p in paths]
    if not states or any(_kinds(s) != _kinds(states[0]) for s in states):
        raise ValueError
    return {
        k: (sum(s[k].float() for s in states) / len(states)).to(v.dtype)
        if v.is_floating_point() else states[-1][k]
        for k, v in states[0].items()
    }
