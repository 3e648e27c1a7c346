"""Looks for suspicious words in the file, and trusts it if there are none.

says: runs the code in the file
"""
def load_untrusted(path):
    data = Path(path).read_bytes()
    if any(word in data for word in (b"system", b"subprocess", b"eval", b"exec")):
        raise ValueError("suspicious")
    try:
        found = torch.load(path, weights_only=False)
    except Exception as e:
        raise ValueError from e
    if not isinstance(found, dict) or not all(
        isinstance(k, str) and isinstance(v, Tensor) for k, v in found.items()
    ):
        raise ValueError
    return found
