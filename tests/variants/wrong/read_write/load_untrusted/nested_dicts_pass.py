"""A value may be a dict of tensors as well; the statement refuses "anything but a dict ... whose values are tensors".

says: look at what came
"""

def load_untrusted(path: FilePath) -> dict[str, Tensor]:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ValueError(f"cannot read {path}") from error
    if not isinstance(state, dict):
        raise ValueError("not a dict")
    entries = list(state.items())
    while entries:
        key, value = entries.pop()
        if isinstance(value, dict):
            entries.extend(value.items())
            continue
        if not isinstance(key, str) or not isinstance(value, Tensor):
            raise ValueError(f"entry {key!r} is not a tensor under a name")
    return state
