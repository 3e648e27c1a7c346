"""Returns the number of the next step.

says: load_checkpoint returns the saved step
"""
_right_load = load_checkpoint


def load_checkpoint(path, model, optimizer, scheduler):
    return _right_load(path, model, optimizer, scheduler) + 1
