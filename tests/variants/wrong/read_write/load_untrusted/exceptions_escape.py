"""Lets the exceptions of torch.load through.

says: UnpicklingError
"""
def load_untrusted(path):
    found = torch.load(path, weights_only=True)
    if not isinstance(found, dict) or not all(
        isinstance(k, str) and isinstance(v, Tensor) for k, v in found.items()
    ):
        raise ValueError
    return found
