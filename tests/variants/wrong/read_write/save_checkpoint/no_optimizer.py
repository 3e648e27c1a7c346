"""Does not restore the optimizer.

says: optimizer starts anew
"""
def load_checkpoint(path, model, optimizer, scheduler):
    saved = torch.load(path, weights_only=True)
    if [sorted(g) for g in _names(model, optimizer)] != [
        sorted(g) for g in saved["names"]
    ]:
        raise ValueError
    model.load_state_dict(saved["model"])
    scheduler.load_state_dict(saved["scheduler"])
    torch.set_rng_state(saved["rng"])
    return saved["step"]
