"""functools.singledispatch packs tensors, lists and dicts, and the file is opened by hand.
"""

from functools import singledispatch


@singledispatch
def _packed(obj: Any) -> Any:
    raise TypeError(f"cannot save {type(obj).__name__}")


@_packed.register
def _(obj: Tensor) -> Tensor:
    return torch.empty_like(obj, memory_format=torch.contiguous_format).copy_(obj.detach()).detach()


@_packed.register
def _(obj: list) -> list:
    return list(map(_packed, obj))


@_packed.register
def _(obj: dict) -> dict:
    return dict(zip(obj, map(_packed, obj.values()), strict=True))


def save_tensors(obj: Tensors, path: FilePath) -> None:
    with open(path, "wb") as file:
        torch.save(_packed(obj), file)


def load_tensors(path: FilePath) -> Tensors:
    with open(path, "rb") as file:
        return torch.load(file, map_location="cpu", weights_only=True)
