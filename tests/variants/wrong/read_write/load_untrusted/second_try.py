"""Falls back on the unsafe way when the safe one fails.

says: second try after weights_only=True failed
"""
def load_untrusted(path):
    try:
        found = torch.load(path, weights_only=True)
    except Exception:
        try:
            found = torch.load(path, weights_only=False)
        except Exception as e:
            raise ValueError from e
    if not isinstance(found, dict) or not all(
        isinstance(k, str) and isinstance(v, Tensor) for k, v in found.items()
    ):
        raise ValueError
    return found
