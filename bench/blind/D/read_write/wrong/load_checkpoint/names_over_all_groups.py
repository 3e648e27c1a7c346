"""Compares the names of all groups together, so parameters that moved from one group to another pass ("ValueError: a group of the optimizer does not have the parameters that it had, by name"). The counterpart stands below, unslipped, since the two share a format of their own."""

def _group_names(model, optimizer):
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    return [
        [names.get(id(parameter)) for parameter in group["params"]]
        for group in optimizer.param_groups
    ]


def save_checkpoint(
    path: FilePath,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
    step: int,
) -> None:
    torch.save(
        {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "scheduler": scheduler.state_dict(),
            "names": _group_names(model, optimizer),
            "step": step,
            "rng": torch.get_rng_state(),
        },
        path,
    )


def load_checkpoint(
    path: FilePath,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
) -> int:
    run = torch.load(path, map_location="cpu", weights_only=True)
    now = _group_names(model, optimizer)
    then = run["names"]
    if set(chain(*now)) != set(chain(*then)) or len(now) != len(then):
        raise ValueError("the optimizer has other parameters")
    saved = run["optimizer"]
    number = {}
    for group, old in zip(saved["param_groups"], then, strict=True):
        number.update(zip(old, group["params"], strict=True))
    for group, new in zip(saved["param_groups"], now, strict=True):
        group["params"] = [number[name] for name in new]
        if "param_names" in group:
            group["param_names"] = list(new)
    model.load_state_dict(run["model"])
    optimizer.load_state_dict(saved)
    scheduler.load_state_dict(run["scheduler"])
    torch.set_rng_state(run["rng"])
    return run["step"]
