"""Compares `tensor.data_ptr()`, not the storage's, so two different slices of one storage are written: breaks "ValueError: two of the tensors lie in one storage"."""


def write_tensors(path: FilePath, tensors: Mapping[str, Tensor]) -> None:
    codes = {dtype: code for code, dtype in DTYPES.items()}
    owners: dict[int, str] = {}
    for name, tensor in tensors.items():
        if tensor.dtype not in codes:
            raise ValueError(f"{name!r} has the dtype {tensor.dtype}")
        if tensor.numel():
            memory = tensor.data_ptr()
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
    raw = json.dumps(header).encode("utf-8")
    raw += b" " * (-len(raw) % 8)
    with open(path, "wb") as file:
        file.write(len(raw).to_bytes(8, "little"))
        file.write(raw)
        for name in order:
            flat = tensors[name].detach().cpu().resolve_neg().reshape(-1)
            file.write(flat.contiguous().view(torch.uint8).numpy().tobytes())
