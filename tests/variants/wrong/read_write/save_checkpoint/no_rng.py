"""Forgets the random numbers.

says: keep torch\.get_rng_state
"""
_right_load = load_checkpoint


def load_checkpoint(path, model, optimizer, scheduler):
    rng = torch.get_rng_state()
    step = _right_load(path, model, optimizer, scheduler)
    torch.set_rng_state(rng)
    return step
