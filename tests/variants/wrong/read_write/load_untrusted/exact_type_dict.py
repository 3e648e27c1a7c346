"""type(state) is not dict refuses an OrderedDict, which every state dict is: only "anything but a dict" is to be refused.

says: isinstance takes subclasses
"""

def load_untrusted(path: FilePath) -> dict[str, Tensor]:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ValueError(f"cannot read {path}") from error
    if type(state) is not dict:
        raise ValueError("not a dict")
    for key, value in state.items():
        if not isinstance(key, str) or not isinstance(value, Tensor):
            raise ValueError(f"entry {key!r} is not a tensor under a name")
    return state
