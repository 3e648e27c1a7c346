"""Trusts the order of the optimizer's parameters.

says: optimizer\.state_dict\(\) goes by position
"""
def load_checkpoint(path, model, optimizer, scheduler):
    saved = torch.load(path, weights_only=True)
    if [sorted(g) for g in _names(model, optimizer)] != [
        sorted(g) for g in saved["names"]
    ]:
        raise ValueError
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    scheduler.load_state_dict(saved["scheduler"])
    torch.set_rng_state(saved["rng"])
    return saved["step"]
