"""Restores values after an error, but not placeholders.

says: loads what it can before it raises
"""
def load_into_lazy(net, state):
    kept = {
        n: t.clone()
        for n, t in net.state_dict().items()
        if not isinstance(t, UninitializedParameter)
    }
    try:
        net.load_state_dict(state)
    except RuntimeError:
        net.load_state_dict(kept, strict=False)
        raise
