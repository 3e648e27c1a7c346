"""Renumbers the saved state to the new order; reseeds at the end."""
def save_checkpoint(path, model, optimizer, scheduler, step):
    names = [
        [next(n for n, q in model.named_parameters() if q is p) for p in g["params"]]
        for g in optimizer.param_groups
    ]
    torch.save(
        (model.state_dict(), optimizer.state_dict(), names, scheduler.state_dict(),
         step, torch.get_rng_state()),
        path,
    )


def load_checkpoint(path, model, optimizer, scheduler):
    weights, optim, names, schedule, step, rng = torch.load(path)
    mine = [
        [next(n for n, q in model.named_parameters() if q is p) for p in g["params"]]
        for g in optimizer.param_groups
    ]
    if list(map(set, names)) != list(map(set, mine)):
        raise ValueError("groups differ")
    old = [n for g in names for n in g]
    new = [n for g in mine for n in g]
    optim["state"] = {
        i: optim["state"][old.index(n)]
        for i, n in enumerate(new)
        if old.index(n) in optim["state"]
    }
    model.load_state_dict(weights)
    optimizer.load_state_dict(optim)
    scheduler.load_state_dict(schedule)
    torch.set_rng_state(rng)
    return step
