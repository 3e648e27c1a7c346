"""Compares the names of all groups together, so that parameters that changed groups go unnoticed ("ValueError: a group of
the optimizer does not have the parameters that it had"). (With the save_checkpoint that writes this format.)"""


def save_checkpoint(
    path: FilePath,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
    step: int,
) -> None:
    name_of = {p: name for name, p in model.named_parameters()}
    torch.save(
        {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "names": [name_of[p] for g in optimizer.param_groups for p in g["params"]],
            "scheduler": scheduler.state_dict(),
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
    saved = torch.load(path, weights_only=True)
    name_of = {p: name for name, p in model.named_parameters()}
    now = [[name_of[p] for p in g["params"]] for g in optimizer.param_groups]
    state = saved["optimizer"]
    if sorted(chain(*now)) != sorted(saved["names"]) or len(now) != len(
        state["param_groups"]
    ):
        raise ValueError("the optimizer holds other parameters")
    old_ids = chain(*(g["params"] for g in state["param_groups"]))
    position = dict(zip(saved["names"], old_ids, strict=True))
    for names, group in zip(now, state["param_groups"], strict=True):
        group["params"] = [position[name] for name in names]
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(state)
    scheduler.load_state_dict(saved["scheduler"])
    torch.set_rng_state(saved["rng"])
    return saved["step"]
