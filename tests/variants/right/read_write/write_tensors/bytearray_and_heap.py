"""Unusual: the data is filled into one preallocated bytearray through frombuffer views, order from itertools-free bucket passes, one write."""

import collections as _collections
import struct as _struct


def write_tensors(path: FilePath, tensors: Mapping[str, Tensor]) -> None:
    code_of = dict(zip(DTYPES.values(), DTYPES, strict=True))
    strange = [name for name, value in tensors.items() if value.dtype not in code_of]
    if strange:
        raise ValueError(f"no code for the dtype of {strange}")
    homes = _collections.Counter(
        value.untyped_storage().data_ptr() for value in tensors.values() if value.numel()
    )
    if any(count > 1 for count in homes.values()):
        raise ValueError("two tensors lie in one storage")
    data = bytearray(sum(v.numel() * v.element_size() for v in tensors.values()))
    entries, at = {}, 0
    for width in (8, 4, 2, 1):
        for name, value in tensors.items():
            if value.element_size() != width:
                continue
            end = at + width * value.numel()
            if end > at:
                hole = torch.frombuffer(
                    data, dtype=value.dtype, count=value.numel(), offset=at
                )
                hole.view(value.shape).copy_(value.detach())
                del hole
            entries[name] = dict(
                dtype=code_of[value.dtype], shape=[*value.shape], data_offsets=[at, end]
            )
            at = end
    head = json.dumps(entries, ensure_ascii=False).encode("utf-8")
    head = head.ljust(-(-len(head) // 8) * 8)
    Path(path).write_bytes(_struct.pack("<Q", len(head)) + head + data)
