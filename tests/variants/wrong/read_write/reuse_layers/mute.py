"""Copies what happens to fit, strict=False.

says: passed over in silence
"""
def reuse_layers(source, target, names):
    state, mine = source.state_dict(), target.state_dict()
    chosen = {
        k: v
        for k, v in state.items()
        if any(k.startswith(f"{n}.") for n in names)
        and k in mine
        and mine[k].shape == v.shape
    }
    target.load_state_dict(chosen, strict=False)
    return list(names)
