"""Aligns each tensor with a gap before it, which the format forbids.

says: there are no gaps between
"""
def write_tensors(path, tensors):
    storages = [t.untyped_storage().data_ptr() for t in tensors.values() if t.numel()]
    if len(set(storages)) < len(storages):
        raise ValueError
    names = {d: n for n, d in DTYPES.items()}
    if any(t.dtype not in names for t in tensors.values()):
        raise ValueError
    header, body = {}, b""
    for name, t in tensors.items():
        body += b"\0" * (-len(body) % 8)
        begin = len(body)
        body += t.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
        header[name] = {"dtype": names[t.dtype], "shape": list(t.shape),
                        "data_offsets": [begin, len(body)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    Path(path).write_bytes(len(text).to_bytes(8, "little") + text + body)
