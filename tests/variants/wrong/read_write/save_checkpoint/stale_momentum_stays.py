"""Puts the saved optimizer state back, but does not clear the present one.

says: the present state has to go
"""


def save_checkpoint(
    path: FilePath,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
    step: int,
) -> None:
    name_of = {id(p): name for name, p in model.named_parameters()}
    torch.save(
        {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "names": [
                [name_of[id(p)] for p in group["params"]]
                for group in optimizer.param_groups
            ],
            "scheduler": scheduler.state_dict(),
            "rng": torch.get_rng_state(),
            "step": step,
        },
        path,
    )


def load_checkpoint(
    path: FilePath,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
) -> int:
    saved = torch.load(path, weights_only=True)
    name_of = {id(p): name for name, p in model.named_parameters()}
    names = [
        [name_of.get(id(p), "") for p in group["params"]]
        for group in optimizer.param_groups
    ]

    if list(map(sorted, names)) != list(map(sorted, saved["names"])):
        raise ValueError("a group has other parameters than the saved one")

    model.load_state_dict(saved["model"])
    state = saved["optimizer"]["state"]
    parameter_of = {
        name: p
        for group, group_names in zip(optimizer.param_groups, names, strict=True)
        for name, p in zip(group_names, group["params"], strict=True)
    }
    for group, old, old_names in zip(
        optimizer.param_groups,
        saved["optimizer"]["param_groups"],
        saved["names"],
        strict=True,
    ):
        for name, number in zip(old_names, old["params"], strict=True):
            if number in state:
                optimizer.state[parameter_of[name]] = state[number]
        group.update(
            (key, value)
            for key, value in old.items()
            if key not in ("params", "param_names")
        )
    scheduler.load_state_dict(saved["scheduler"])
    torch.set_rng_state(saved["rng"])
    return saved["step"]
