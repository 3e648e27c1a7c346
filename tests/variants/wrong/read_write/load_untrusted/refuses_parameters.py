"""Asks for the exact type Tensor, so a dict of nn.Parameter is refused (ValueError only for "anything but a dict ... whose values are tensors").

says: for a parameter
"""


def load_untrusted(path: FilePath) -> dict[str, Tensor]:
    try:
        obj = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise
    except Exception as error:
        raise ValueError(f"{os.fspath(path)} cannot be trusted") from error
    if not isinstance(obj, dict):
        raise ValueError("the file holds no dict")
    for key, value in obj.items():
        if not isinstance(key, str) or type(value) is not Tensor:
            raise ValueError("the file holds something else than named tensors")
    return dict(obj)
