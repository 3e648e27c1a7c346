"""One record for each group, with the state by name; loading numbers them anew."""

from itertools import count

HERE = ("params", "param_names")


def _groups(
    model: nn.Module, optimizer: torch.optim.Optimizer
) -> list[dict[str, Tensor]]:
    names = {p: name for name, p in model.named_parameters()}
    return [
        {names.get(p, f"not in the model, {i}"): p for i, p in enumerate(g["params"])}
        for g in optimizer.param_groups
    ]


def save_checkpoint(
    path: FilePath,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
    step: int,
) -> None:
    packed = optimizer.state_dict()
    records = []
    for names, group in zip(
        _groups(model, optimizer), packed["param_groups"], strict=True
    ):
        records.append(
            {
                "settings": {k: v for k, v in group.items() if k not in HERE},
                "state": {
                    name: packed["state"].get(number)
                    for name, number in zip(names, group["params"], strict=True)
                },
            }
        )
    run = (
        step,
        torch.random.get_rng_state(),
        model.state_dict(),
        scheduler.state_dict(),
        records,
    )
    torch.save(run, path)


def load_checkpoint(
    path: FilePath,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
) -> int:
    step, numbers, weights, schedule, records = torch.load(path, weights_only=True)
    groups = _groups(model, optimizer)
    if [group.keys() for group in groups] != [r["state"].keys() for r in records]:
        raise ValueError("the groups do not have the parameters that they had")
    counter = count()
    packed: dict[str, Any] = {"state": {}, "param_groups": []}
    for group, record in zip(groups, records, strict=True):
        places = [(next(counter), record["state"][name]) for name in group]
        packed["state"] |= {i: state for i, state in places if state is not None}
        packed["param_groups"].append(
            {**record["settings"], "params": [i for i, _ in places]}
        )
    model.load_state_dict(weights)
    optimizer.load_state_dict(packed)
    scheduler.load_state_dict(schedule)
    torch.random.set_rng_state(numbers)
    return step
