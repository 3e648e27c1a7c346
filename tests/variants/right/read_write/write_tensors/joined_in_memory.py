"""The whole file is put together in memory and written with one call; ctypes takes the bytes.
"""

import ctypes
from itertools import accumulate


def _raw(t: Tensor) -> bytes:
    packed = t.detach().clone(memory_format=torch.contiguous_format)
    return ctypes.string_at(packed.data_ptr(), packed.nbytes) if packed.numel() else b""


def write_tensors(path: FilePath, tensors: Mapping[str, Tensor]) -> None:
    code_of = dict(zip(DTYPES.values(), DTYPES.keys(), strict=True))
    unknown = [name for name, t in tensors.items() if t.dtype not in code_of]
    if unknown:
        raise ValueError(f"dtypes without a code: {unknown}")
    homes = [t.untyped_storage().data_ptr() for t in tensors.values() if t.numel()]
    if len(set(homes)) < len(homes):
        raise ValueError("some tensors lie in one storage")
    names = sorted(tensors, key=lambda name: tensors[name].itemsize, reverse=True)
    blobs = [_raw(tensors[name]) for name in names]
    ends = list(accumulate(map(len, blobs)))
    header = {
        name: {
            "data_offsets": [end - len(blob), end],
            "dtype": code_of[tensors[name].dtype],
            "shape": [*tensors[name].shape],
        }
        for name, blob, end in zip(names, blobs, ends, strict=True)
    }
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text = text.ljust(8 * math.ceil(len(text) / 8))
    Path(path).write_bytes(b"".join([len(text).to_bytes(8, "little"), text, *blobs]))
