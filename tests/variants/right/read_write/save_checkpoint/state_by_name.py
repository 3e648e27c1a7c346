"""Keeps the optimizer's state by name, and sets it parameter by parameter."""
import copy


def _named(model, optimizer):
    by_id = {id(p): n for n, p in model.named_parameters()}
    return [[by_id[id(p)] for p in g["params"]] for g in optimizer.param_groups]


def save_checkpoint(path, model, optimizer, scheduler, step):
    by_id = {id(p): n for n, p in model.named_parameters()}
    with open(path, "wb") as f:
        torch.save(
            dict(
                step=step,
                weights={k: v.clone() for k, v in model.state_dict().items()},
                state={by_id[id(p)]: dict(s) for p, s in optimizer.state.items()},
                groups=[
                    {k: v for k, v in g.items() if k != "params"}
                    for g in optimizer.param_groups
                ],
                names=_named(model, optimizer),
                schedule=scheduler.state_dict(),
                random=torch.random.get_rng_state(),
            ),
            f,
        )


def load_checkpoint(path, model, optimizer, scheduler):
    saved = torch.load(path, weights_only=True)
    now = _named(model, optimizer)
    if len(now) != len(saved["names"]):
        raise ValueError("number of groups")
    for a, b in zip(now, saved["names"]):
        if set(a) != set(b):
            raise ValueError(f"{a} are not {b}")
    scheduler.load_state_dict(saved["schedule"])
    model.load_state_dict(saved["weights"])
    for g, options in zip(optimizer.param_groups, saved["groups"]):
        g.update(options)
    optimizer.state.clear()
    for name, p in model.named_parameters():
        if name in saved["state"]:
            optimizer.state[p] = saved["state"][name]
    torch.random.set_rng_state(saved["random"])
    return saved["step"]
