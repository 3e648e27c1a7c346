"""Does not restore the scheduler.

says: scheduler starts anew
"""
def load_checkpoint(path, model, optimizer, scheduler):
    saved = torch.load(path, weights_only=True)
    names = _names(model, optimizer)
    if [sorted(g) for g in names] != [sorted(g) for g in saved["names"]]:
        raise ValueError
    position = {n: i for i, n in enumerate(chain.from_iterable(saved["names"]))}
    for group, members in zip(saved["optimizer"]["param_groups"], names):
        group["params"] = [position[n] for n in members]
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    torch.set_rng_state(saved["rng"])
    return saved["step"]
