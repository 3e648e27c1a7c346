"""Updates the optimizer's state parameter by parameter and never removes state that the saved run did not have yet, so
that a run put back to step 0 keeps its momentum ("Put a training run back to where `save_checkpoint` was"). (With the
save_checkpoint that writes this format.)"""


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
            "groups": [
                {k: v for k, v in g.items() if k != "params"}
                for g in optimizer.param_groups
            ],
            "names": [[name_of[p] for p in g["params"]] for g in optimizer.param_groups],
            "moments": {name_of[p]: dict(s) for p, s in optimizer.state.items()},
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
    now = [{name_of[p] for p in g["params"]} for g in optimizer.param_groups]
    if now != [set(names) for names in saved["names"]]:
        raise ValueError("the groups hold other parameters")
    model.load_state_dict(saved["model"])
    for group, values in zip(optimizer.param_groups, saved["groups"], strict=True):
        group.update(values)
        for p in group["params"]:
            if name_of[p] in saved["moments"]:
                optimizer.state[p] = saved["moments"][name_of[p]]
    scheduler.load_state_dict(saved["scheduler"])
    torch.set_rng_state(saved["rng"])
    return saved["step"]
