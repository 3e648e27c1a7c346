"""Size, reading and contents are guarded one after the other; a plain dict is returned.
"""

def _names_and_tensors(items: Any) -> dict[str, Tensor]:
    result: dict[str, Tensor] = {}
    for name, value in items:
        if not (isinstance(name, str) and isinstance(value, torch.Tensor)):
            raise TypeError(f"{type(name).__name__}: {type(value).__name__}")
        result[name] = value
    return result


def load_untrusted(path: FilePath) -> dict[str, Tensor]:
    with open(path, "rb") as file:
        if not file.read(1):
            raise ValueError("the file is empty")
        file.seek(0)
        try:
            loaded = torch.load(file, map_location="cpu", weights_only=True)
            if not isinstance(loaded, dict):
                raise TypeError(f"a {type(loaded).__name__} and no dict")
            return _names_and_tensors(loaded.items())
        except Exception as error:
            raise ValueError(f"not a dict of tensors: {error}") from error
