"""Returns a copy-on-write map of the file, so that a later change of the file shows in the tensor ("memory of its own").

says: a change of the file changes the tensor
"""

import mmap as _mmap


def read_tensor(path: FilePath, name: str) -> Tensor:
    entry = read_header(path)[name]
    dtype, (begin, end) = DTYPES[entry["dtype"]], entry["data_offsets"]
    if begin == end:
        return torch.empty(entry["shape"], dtype=dtype)
    with open(path, "rb") as file:
        start = 8 + int.from_bytes(file.read(8), "little") + begin
        page = start - start % _mmap.ALLOCATIONGRANULARITY
        mapped = _mmap.mmap(
            file.fileno(),
            start - page + end - begin,
            access=_mmap.ACCESS_COPY,
            offset=page,
        )
    flat = torch.frombuffer(
        mapped,
        dtype=dtype,
        count=(end - begin) // dtype.itemsize,
        offset=start - page,
    )
    return flat.reshape(entry["shape"])
