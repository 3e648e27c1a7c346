"""Pads the header to a multiple of 8 characters before it is encoded, so a name such as "größe" shifts the data: breaks "the data start at a multiple of 8 bytes in the file"."""


def write_tensors(path: FilePath, tensors: Mapping[str, Tensor]) -> None:
    codes = {dtype: code for code, dtype in DTYPES.items()}
    owners: dict[int, str] = {}
    for name, tensor in tensors.items():
        if tensor.dtype not in codes:
            raise ValueError(f"{name!r} has the dtype {tensor.dtype}")
        if tensor.numel():
            memory = tensor.untyped_storage().data_ptr()
            if memory in owners:
                raise ValueError(f"{name!r} shares memory with {owners[memory]!r}")
            owners[memory] = name

    order = sorted(tensors, key=lambda name: -tensors[name].element_size())
    header, end = {}, 0
    for name in order:
        tensor, begin = tensors[name], end
        end += tensor.numel() * tensor.element_size()
        header[name] = {
            "dtype": codes[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [begin, end],
        }
    text = json.dumps(header, ensure_ascii=False)
    text += " " * (-len(text) % 8)
    raw = text.encode("utf-8")
    with open(path, "wb") as file:
        file.write(len(raw).to_bytes(8, "little"))
        file.write(raw)
        for name in order:
            flat = tensors[name].detach().cpu().resolve_neg().reshape(-1)
            file.write(flat.contiguous().view(torch.uint8).numpy().tobytes())
