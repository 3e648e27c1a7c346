"""Builds the file in memory, looks for shared memory pair by pair."""
import itertools


def write_tensors(path, tensors):
    full = {k: v for k, v in tensors.items() if v.numel() > 0}
    for (_, a), (_, b) in itertools.combinations(full.items(), 2):
        if a.untyped_storage()._cdata == b.untyped_storage()._cdata or (
            a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()
        ):
            raise ValueError("shared")
    out, header = io.BytesIO(), {}
    for name in sorted(tensors, key=lambda n: tensors[n].itemsize, reverse=True):
        t = tensors[name].detach()
        code = [k for k, v in DTYPES.items() if v == t.dtype]
        if not code:
            raise ValueError(t.dtype)
        begin = out.tell()
        copy = torch.empty(t.shape, dtype=t.dtype)
        copy.copy_(t)
        out.write(copy.reshape(-1).view(torch.uint8).numpy().data)
        header[name] = {
            "dtype": code[0], "shape": [*t.shape], "data_offsets": [begin, out.tell()]
        }
    text = json.dumps(header)
    text = text.encode().ljust(math.ceil(len(text) / 8) * 8)
    Path(path).write_bytes(len(text).to_bytes(8, "little") + text + out.getvalue())
