"""Restores everything but the parameters.

says: not those that were saved
"""
_right_load = load_checkpoint


def load_checkpoint(path, model, optimizer, scheduler):
    import copy
    before = copy.deepcopy(model.state_dict())
    step = _right_load(path, model, optimizer, scheduler)
    model.load_state_dict(before)
    return step
