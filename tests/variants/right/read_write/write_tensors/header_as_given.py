"""The header in the order given, the data by item size; reads raw memory by ctypes."""
import ctypes
import itertools
from collections import defaultdict


def _raw(tensor):
    flat = torch.empty(tensor.shape, dtype=tensor.dtype).copy_(tensor.detach())
    return ctypes.string_at(flat.data_ptr(), flat.nbytes) if flat.numel() else b""


def write_tensors(path, tensors):
    full = [tensor for tensor in tensors.values() if tensor.numel()]
    if len({tensor.untyped_storage()._cdata for tensor in full}) < len(full):
        raise ValueError("some of the tensors share a storage")
    code = {dtype: word for word, dtype in DTYPES.items()}.get
    if None in {code(tensor.dtype) for tensor in tensors.values()}:
        raise ValueError("a tensor has a dtype without a name in the format")
    by_size = defaultdict(list)
    for name, tensor in tensors.items():
        by_size[tensor.itemsize].append(name)
    order = [name for size in (8, 4, 2, 1) for name in by_size[size]]
    ends = list(itertools.accumulate(tensors[name].nbytes for name in order))
    spans = dict(zip(order, zip([0, *ends], ends, strict=False), strict=True))
    header = {
        name: {
            "dtype": code(tensor.dtype),
            "shape": tuple(tensor.shape),
            "data_offsets": spans[name],
        }
        for name, tensor in tensors.items()
    }
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text = text.ljust(-(-(len(text) + 8) // 64) * 64 - 8)
    data = b"".join(_raw(tensors[name]) for name in order)
    Path(path).write_bytes(len(text).to_bytes(8, "little") + text + data)
