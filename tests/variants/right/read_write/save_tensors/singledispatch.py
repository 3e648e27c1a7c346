"""Unusual: functools.singledispatch over the container; entries are copied into fresh buffers that then go through a BytesIO."""

import functools


@functools.singledispatch
def _packed(obj):
    raise TypeError(f"cannot save {type(obj).__name__}")


@_packed.register
def _(obj: Tensor):
    fresh = torch.empty(obj.shape, dtype=obj.dtype, device=obj.device)
    return fresh.copy_(obj.detach())


@_packed.register
def _(obj: list):
    return list(map(_packed, obj))


@_packed.register
def _(obj: dict):
    return dict(zip(obj, map(_packed, obj.values()), strict=True))


def save_tensors(obj: Tensors, path: FilePath) -> None:
    buffer = io.BytesIO()
    torch.save(_packed(obj), buffer)
    with open(path, "wb") as file:
        file.write(buffer.getbuffer())
