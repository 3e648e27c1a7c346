"""Takes "10" for a part of "1".

says: head2 begins with head too
"""
def reuse_layers(source, target, names):
    src, dst = source.state_dict(), target.state_dict()
    chosen = {}
    for n in names:
        mine = {k: v for k, v in src.items() if k.startswith(n)}
        yours = {k: v for k, v in dst.items() if k.startswith(n)}
        if not mine or not yours or _shapes(mine) != _shapes(yours):
            raise ValueError(n)
        chosen |= mine
    target.load_state_dict(chosen, strict=False)
    return list(names)
