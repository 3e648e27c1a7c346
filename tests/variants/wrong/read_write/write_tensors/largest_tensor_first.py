"""The tensors with the most bytes lie first, not those "with the largest items", so a float32 may start at an odd byte: "each tensor starts at a multiple of its item size".

says: tensors with the largest items lie first
"""

def write_tensors(path: FilePath, tensors: Mapping[str, Tensor]) -> None:
    codes = {dtype: code for code, dtype in DTYPES.items()}
    seen = set()
    for name, t in tensors.items():
        if t.dtype not in codes:
            raise ValueError(f"{name}: no code for {t.dtype}")
        if t.numel() == 0:
            continue
        storage = t.untyped_storage().data_ptr()
        if storage in seen:
            raise ValueError(f"{name} lies in the storage of another tensor")
        seen.add(storage)
    order = sorted(tensors.items(), key=lambda item: -item[1].nbytes)
    header, at = {}, 0
    for name, t in order:
        end = at + t.numel() * t.element_size()
        header[name] = {
            "dtype": codes[t.dtype],
            "shape": list(t.shape),
            "data_offsets": [at, end],
        }
        at = end
    text = json.dumps(header).encode("utf-8")
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        for _, t in order:
            flat = t.detach().contiguous().reshape(-1).view(torch.uint8)
            file.write(flat.numpy().tobytes())
