"""Keeps the tensors and drops the rest in silence.

says: look at what came
"""
def load_untrusted(path):
    try:
        found = torch.load(path, weights_only=True)
    except Exception as e:
        raise ValueError from e
    if not isinstance(found, dict):
        raise ValueError
    return {k: v for k, v in found.items() if isinstance(v, Tensor)}
