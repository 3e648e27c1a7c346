"""Keeps of the scheduler only its epoch and last learning rates.

says: a scheduler knows more than its epoch
"""


def _group_names(model, optimizer):
    names = {parameter: name for name, parameter in model.named_parameters()}
    return [[names[p] for p in group["params"]] for group in optimizer.param_groups]


def save_checkpoint(path, model, optimizer, scheduler, step) -> None:
    torch.save(
        {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "names": _group_names(model, optimizer),
            "epoch": scheduler.last_epoch,
            "rates": list(scheduler._last_lr),
            "rng": torch.get_rng_state(),
            "step": step,
        },
        path,
    )


def load_checkpoint(path, model, optimizer, scheduler) -> int:
    saved = torch.load(path, weights_only=True)
    names = _group_names(model, optimizer)
    if [sorted(g) for g in names] != [sorted(g) for g in saved["names"]]:
        raise ValueError("the groups have other parameters")
    old = saved["optimizer"]
    number = {
        name: index
        for group, listed in zip(old["param_groups"], saved["names"], strict=True)
        for name, index in zip(listed, group["params"], strict=True)
    }
    flat = [name for listed in names for name in listed]
    states = {
        i: old["state"][number[name]]
        for i, name in enumerate(flat)
        if number[name] in old["state"]
    }
    groups, start = [], 0
    for group, listed in zip(old["param_groups"], names, strict=True):
        groups.append({**group, "params": list(range(start, start + len(listed)))})
        start += len(listed)
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict({"state": states, "param_groups": groups})
    scheduler.last_epoch = saved["epoch"]
    scheduler._last_lr = saved["rates"]
    torch.set_rng_state(saved["rng"])
    return saved["step"]
