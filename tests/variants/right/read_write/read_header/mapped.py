"""Maps the file into memory, copies the tensor out with numpy."""
import mmap

import numpy as np


def _parse(path):
    size = os.path.getsize(path)
    if size < 8:
        raise ValueError("too short")
    with open(path, "rb") as f:
        view = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
    n = int(np.frombuffer(view[:8], dtype="<u8")[0])
    if n + 8 > size:
        raise ValueError("header too long")
    header = json.loads(view[8 : 8 + n].decode("utf-8"))
    if type(header) is not dict:
        raise ValueError("no object")
    header = {k: v for k, v in header.items() if k != "__metadata__"}
    at = 0
    for e in header.values():
        try:
            a, b = e["data_offsets"]
            t, shape = DTYPES[e["dtype"]], e["shape"]
        except (TypeError, KeyError, ValueError) as err:
            raise ValueError("bad entry") from err
        if not isinstance(shape, list) or not all(type(i) is int for i in [*shape, a, b]):
            raise ValueError("bad types")
        if min([*shape, a, b]) < 0:
            raise ValueError("negative")
        if b - a != t.itemsize * math.prod(shape):
            raise ValueError("size")
    for e in sorted(header.values(), key=lambda e: e["data_offsets"]):
        if e["data_offsets"][0] != at:
            raise ValueError("gap or overlap")
        at = e["data_offsets"][1]
    if at != size - 8 - n:
        raise ValueError("end")
    return header, view, 8 + n


def read_header(path):
    return _parse(path)[0]


def read_tensor(path, name):
    header, view, start = _parse(path)
    e = header[name]
    a, b = e["data_offsets"]
    out = torch.empty(e["shape"], dtype=DTYPES[e["dtype"]])
    if b > a:
        raw = torch.tensor(list(view[start + a : start + b]), dtype=torch.uint8)
        if b - a > 4096:
            raw = torch.frombuffer(bytearray(view[start + a : start + b]), dtype=torch.uint8)
        out.copy_(raw.view(out.dtype).reshape(out.shape))
    return out
