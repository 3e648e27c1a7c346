"""Compares the names of all groups together, so parameters that changed places between two groups go through: breaks "ValueError: a group of the optimizer does not have the parameters that it had, by name"."""


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

    # The state belongs to a parameter, wherever the optimizer lists it now.
    number = {}
    for group, group_names in zip(
        saved["optimizer"]["param_groups"], saved["names"], strict=True
    ):
        number.update(zip(group_names, group["params"], strict=True))
    if sorted(chain.from_iterable(names)) != sorted(number):
        raise ValueError("the optimizer has other parameters than the saved one")
    if list(map(len, names)) != list(map(len, saved["names"])):
        raise ValueError("the groups have other sizes than the saved ones")
    for group, group_names in zip(
        saved["optimizer"]["param_groups"], names, strict=True
    ):
        group["params"] = [number[name] for name in group_names]
        group.pop("param_names", None)

    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    scheduler.load_state_dict(saved["scheduler"])
    torch.set_rng_state(saved["rng"])
    return saved["step"]
