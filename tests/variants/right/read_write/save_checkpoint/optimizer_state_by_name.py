"""The file keeps the optimizer's state under the names of the parameters, in a format of its own.
"""

def _groups_by_name(
    model: nn.Module, optimizer: torch.optim.Optimizer
) -> list[list[str]]:
    names = {id(p): name for name, p in model.named_parameters()}
    return [[names[id(p)] for p in g["params"]] for g in optimizer.param_groups]


def save_checkpoint(
    path: FilePath,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
    step: int,
) -> None:
    groups = _groups_by_name(model, optimizer)
    flat = list(chain.from_iterable(groups))
    state = optimizer.state_dict()
    options = []
    for group in state["param_groups"]:
        options.append({k: v for k, v in group.items() if k != "params"})
    by_name = {flat[i]: value for i, value in state["state"].items()}
    whole = (
        step,
        torch.random.get_rng_state(),
        model.state_dict(),
        (groups, options, by_name),
        scheduler.state_dict(),
    )
    torch.save(whole, path)


def load_checkpoint(
    path: FilePath,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
) -> int:
    step, rng, weights, (groups, options, by_name), schedule = torch.load(
        path, weights_only=True
    )
    now = _groups_by_name(model, optimizer)
    if list(map(set, groups)) != list(map(set, now)):
        raise ValueError("the optimizer's groups have other parameters")
    place = {name: i for i, name in enumerate(chain.from_iterable(now))}
    packed = [
        {**option, "params": [place[name] for name in names]}
        for option, names in zip(options, now, strict=True)
    ]
    model.load_state_dict(weights)
    optimizer.load_state_dict(
        {"state": {place[n]: v for n, v in by_name.items()}, "param_groups": packed}
    )
    scheduler.load_state_dict(schedule)
    torch.random.set_rng_state(rng)
    return step
