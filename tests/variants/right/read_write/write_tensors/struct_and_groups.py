"""Groups by item size, pads to 64 bytes, writes with numpy."""
import struct


def write_tensors(path, tensors):
    seen = {}
    for name, t in tensors.items():
        if t.dtype not in DTYPES.values():
            raise ValueError(name)
        if t.numel():
            other = seen.setdefault(t.untyped_storage().data_ptr(), name)
            if other != name:
                raise ValueError(f"{name} and {other}")
    codes = {v: k for k, v in DTYPES.items()}
    header, blobs, at = {}, [], 0
    for size in (8, 4, 2, 1):
        for name, t in tensors.items():
            if t.element_size() != size:
                continue
            flat = t.detach().flatten().clone()
            blob = bytes(flat.view(torch.uint8).tolist())
            header[name] = dict(
                data_offsets=(at, at + len(blob)), dtype=codes[t.dtype], shape=tuple(t.shape)
            )
            at += len(blob)
            blobs.append(blob)
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    while (len(text) + 8) % 64:
        text += b" "
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)))
        f.write(text)
        f.writelines(blobs)
