"""Wants `type(obj) is dict`, so the OrderedDict of `net.state_dict()` is refused: breaks "anything but a dict, such as a state dict"."""


def load_untrusted(path: FilePath) -> dict[str, Tensor]:
    content = Path(path).read_bytes()
    try:
        obj = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception as error:
        raise ValueError(f"{path} cannot be read safely: {error}") from error
    if type(obj) is not dict:
        raise ValueError(f"{path} holds a {type(obj).__name__}, not a dict")
    for key, value in obj.items():
        if not isinstance(key, str) or not isinstance(value, Tensor):
            raise ValueError(f"{path} holds more than named tensors: {key!r}")
    return obj
