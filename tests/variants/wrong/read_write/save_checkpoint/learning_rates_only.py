"""Of the optimizer's groups it keeps the learning rates alone, so momentum or betas that OneCycleLR moves, or a changed weight decay, are lost ("all that a training run on the CPU needs to go on").

says: all their other options
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
            "optimizer": optimizer.state_dict()["state"],
            "lrs": [group["lr"] for group in optimizer.param_groups],
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
    if list(map(set, now)) != list(map(set, then)):
        raise ValueError("a group of the optimizer has other parameters")
    saved = optimizer.state_dict()
    saved["state"] = run["optimizer"]
    start = 0
    for group, old, new in zip(saved["param_groups"], then, now, strict=True):
        number = {name: start + i for i, name in enumerate(old)}
        start += len(old)
        group["params"] = [number[name] for name in new]
    for group, lr in zip(saved["param_groups"], run["lrs"], strict=True):
        group["lr"] = lr
    model.load_state_dict(run["model"])
    optimizer.load_state_dict(saved)
    scheduler.load_state_dict(run["scheduler"])
    torch.set_rng_state(run["rng"])
    return run["step"]
