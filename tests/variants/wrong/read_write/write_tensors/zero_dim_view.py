"""The view as bytes is taken without reshape(-1), which a 0-dim tensor refuses: a Mapping of any tensors is to be written.

says: RuntimeError
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
    order = sorted(tensors.items(), key=lambda item: -item[1].element_size())
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
            flat = t.detach().contiguous().view(torch.uint8)
            file.write(flat.numpy().tobytes())
