"""Does not pad the header.

says: pad the header itself
"""
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
    text += b" " * (len(text) % 8 == 0)
    with open(path, "wb") as f:
        f.write(len(text).to_bytes(8, "little") + text)
        for _, t in ordered:
            f.write(t.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
