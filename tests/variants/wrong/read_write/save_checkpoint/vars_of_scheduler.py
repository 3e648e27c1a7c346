"""Writes vars(scheduler) less the optimizer, which for LambdaLR holds functions ("`torch.load(path, weights_only=True)` reads the file").

says: functions are in no file
"""

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
            "scheduler": {
                key: value
                for key, value in vars(scheduler).items()
                if key != "optimizer"
            },
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
    if list(map(set, now)) != list(map(set, then)):
        raise ValueError("a group of the optimizer has other parameters")
    saved = run["optimizer"]
    for group, old, new in zip(saved["param_groups"], then, now, strict=True):
        number = dict(zip(old, group["params"], strict=True))
        group["params"] = [number[name] for name in new]
        if "param_names" in group:
            labels = dict(zip(old, group["param_names"], strict=True))
            group["param_names"] = [labels[name] for name in new]
    model.load_state_dict(run["model"])
    optimizer.load_state_dict(saved)
    scheduler.load_state_dict(run["scheduler"])
    torch.set_rng_state(run["rng"])
    return run["step"]
