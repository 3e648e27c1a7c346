"""Leaves out only tensors without a storage address, so an empty slice of another tensor is refused ("Empty tensors share nothing").

says: for an empty part of a tensor
"""


def write_tensors(path: FilePath, tensors: Mapping[str, Tensor]) -> None:
    labels = {dtype: label for label, dtype in DTYPES.items()}
    storages = set()
    for name, tensor in tensors.items():
        if tensor.dtype not in labels:
            raise ValueError(f"{name!r} has the dtype {tensor.dtype}")
        storage = tensor.untyped_storage().data_ptr()
        if storage and storage in storages:
            raise ValueError(f"{name!r} shares its storage with another tensor")
        storages.add(storage)
    ordered = sorted(tensors.items(), key=lambda item: -item[1].element_size())
    header, chunks, position = {}, [], 0
    for name, tensor in ordered:
        flat = tensor.detach().cpu().resolve_neg().contiguous().reshape(-1)
        chunk = flat.view(torch.uint8).numpy().tobytes()
        header[name] = {
            "dtype": labels[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [position, position + len(chunk)],
        }
        chunks.append(chunk)
        position += len(chunk)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        file.writelines(chunks)
