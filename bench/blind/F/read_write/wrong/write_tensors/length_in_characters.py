"""Counts the header's characters instead of its bytes, so that a name beyond ASCII spoils length and alignment ("the header's
length in bytes", "a JSON object in UTF-8")."""


def write_tensors(path: FilePath, tensors: Mapping[str, Tensor]) -> None:
    codes = {dtype: code for code, dtype in DTYPES.items()}
    seen = set()
    for name, t in tensors.items():
        if t.dtype not in codes:
            raise ValueError(f"{name}: dtype {t.dtype}")
        if t.numel():
            storage = t.untyped_storage().data_ptr()
            if storage in seen:
                raise ValueError(f"{name} shares its storage")
            seen.add(storage)
    order = sorted(tensors, key=lambda n: -tensors[n].element_size())
    header, end = {}, 0
    for name in order:
        t = tensors[name]
        begin, end = end, end + t.numel() * t.element_size()
        header[name] = {
            "dtype": codes[t.dtype],
            "shape": list(t.shape),
            "data_offsets": [begin, end],
        }
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":"))
    text += " " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text.encode("utf-8"))
        for name in order:
            flat = tensors[name].detach().cpu().resolve_neg().contiguous().reshape(-1)
            if flat.numel():
                file.write(flat.view(torch.uint8).numpy().tobytes())
