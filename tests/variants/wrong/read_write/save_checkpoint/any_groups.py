"""Does not look at the groups.

says: names of each group's parameters
"""
def load_checkpoint(path, model, optimizer, scheduler):
    saved = torch.load(path, weights_only=True)
    names = _names(model, optimizer)
    position = {n: i for i, n in enumerate(chain.from_iterable(saved["names"]))}
    state = saved["optimizer"]
    now = optimizer.state_dict()
    for group, members in zip(now["param_groups"], names):
        group["params"] = [position[n] for n in members]
    for group, old in zip(now["param_groups"], state["param_groups"]):
        group.update({k: v for k, v in old.items() if k != "params"})
    now["state"] = state["state"]
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(now)
    scheduler.load_state_dict(saved["scheduler"])
    torch.set_rng_state(saved["rng"])
    return saved["step"]
