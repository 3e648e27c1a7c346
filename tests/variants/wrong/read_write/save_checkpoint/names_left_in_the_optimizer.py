"""Writes the parameters' names into the groups of the running optimizer and leaves them
there ("Saving changes nothing in the run").

says: writes into the optimizer's own groups
"""

def save_checkpoint(
    path: FilePath,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
    step: int,
) -> None:
    name_of = {p: name for name, p in model.named_parameters()}
    for group in optimizer.param_groups:
        group["param_names"] = [name_of[p] for p in group["params"]]
    torch.save(
        {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "names": [list(g["param_names"]) for g in optimizer.param_groups],
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
    if [sorted(g) for g in now] != [sorted(g) for g in saved["names"]]:
        raise ValueError("the groups hold other parameters")
    state = saved["optimizer"]
    for names, old_names, group in zip(
        now, saved["names"], state["param_groups"], strict=True
    ):
        position = dict(zip(old_names, group["params"], strict=True))
        group["params"] = [position[name] for name in names]
        group["param_names"] = list(names)
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(state)
    for group in optimizer.param_groups:
        group.pop("param_names", None)
    scheduler.load_state_dict(saved["scheduler"])
    torch.set_rng_state(saved["rng"])
    return saved["step"]
