"""Works on the keys of the state dicts, each name with its dot."""
def reuse_layers(source, target, names):
    src, dst = source.state_dict(), target.state_dict()
    paths = (dict(n.named_modules(remove_duplicate=False)) for n in (source, target))
    modules = set.intersection(*map(set, paths))
    chosen = {}
    for name in names:
        mine = {k: v for k, v in src.items() if k.startswith(name + ".")}
        yours = {k: v for k, v in dst.items() if k.startswith(name + ".")}
        if name not in modules or mine.keys() != yours.keys():
            raise ValueError(f"no layer {name}")
        for k in mine:
            if mine[k].shape != yours[k].shape:
                raise ValueError(f"{name}: {k} differs")
        chosen.update(mine)
    with torch.no_grad():
        for k, v in chosen.items():
            dst[k].copy_(v)
    return [*names]
