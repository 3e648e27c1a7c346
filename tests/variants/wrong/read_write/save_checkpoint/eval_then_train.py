"""Switches to eval() for saving and back by train(), which also switches submodules that were frozen in eval mode ("Saving changes nothing in the run"). The file's layout is free, so load_checkpoint (right) comes with it.

says: wrong result for tied parameters in float64
"""


def save_checkpoint(
    path: FilePath,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
    step: int,
) -> None:
    names = {id(value): name for name, value in model.named_parameters()}
    training = model.training
    model.eval()
    run = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "names": [
            [names[id(value)] for value in group["params"]]
            for group in optimizer.param_groups
        ],
        "scheduler": scheduler.state_dict(),
        "step": step,
        "rng": torch.get_rng_state(),
    }
    torch.save(run, path)
    model.train(training)


def load_checkpoint(
    path: FilePath,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
) -> int:
    run = torch.load(path, map_location="cpu", weights_only=True)
    names = {id(value): name for name, value in model.named_parameters()}
    groups = [
        [names.get(id(value)) for value in group["params"]]
        for group in optimizer.param_groups
    ]
    if len(groups) != len(run["names"]):
        raise ValueError("the optimizer has another number of groups")
    for now, then in zip(groups, run["names"], strict=True):
        if set(now) != set(then) or len(now) != len(then):
            raise ValueError(f"a group had {then}, has {now}")
    saved = run["optimizer"]
    by_name = {}
    for group, then in zip(saved["param_groups"], run["names"], strict=True):
        for index, name in zip(group["params"], then, strict=True):
            if index in saved["state"]:
                by_name[name] = saved["state"][index]
    model.load_state_dict(run["model"])
    fresh = optimizer.state_dict()
    state, new_groups = {}, []
    for group, old, now in zip(
        fresh["param_groups"], saved["param_groups"], groups, strict=True
    ):
        kept = {key: group[key] for key in ("params", "param_names") if key in group}
        new_groups.append({**old, **kept})
        for index, name in zip(group["params"], now, strict=True):
            if name in by_name:
                state[index] = by_name[name]
    optimizer.load_state_dict({"state": state, "param_groups": new_groups})
    scheduler.load_state_dict(run["scheduler"])
    torch.set_rng_state(run["rng"])
    return run["step"]
