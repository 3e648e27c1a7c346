"""Unusual: tensors are dealt into buckets by item size, all bytes are gathered in one packed uint8 tensor, and struct lays out length and header."""

import struct


def write_tensors(path: FilePath, tensors: Mapping[str, Tensor]) -> None:
    buckets: dict[int, list[str]] = {8: [], 4: [], 2: [], 1: []}
    label_of = dict(map(reversed, DTYPES.items()))
    owners: dict[int, str] = {}
    for name in tensors:
        tensor = tensors[name]
        if tensor.dtype not in label_of:
            raise ValueError(f"no safetensors dtype for {name!r}: {tensor.dtype}")
        if tensor.numel():
            owner = owners.setdefault(tensor.untyped_storage()._cdata, name)
            if owner != name:
                raise ValueError(f"{owner!r} and {name!r} lie in one storage")
        buckets[tensor.dtype.itemsize].append(name)

    names = [*chain.from_iterable(buckets.values())]
    total = sum(tensors[n].numel() * tensors[n].element_size() for n in names)
    packed = torch.empty(total, dtype=torch.uint8)
    header, end = {}, 0
    for name in names:
        tensor = tensors[name].detach()
        begin, end = end, end + tensor.numel() * tensor.element_size()
        if begin != end:
            packed[begin:end].view(tensor.dtype).view(tensor.shape).copy_(tensor)
        header[name] = dict(
            data_offsets=(begin, end),
            shape=tuple(tensor.shape),
            dtype=label_of[tensor.dtype],
        )
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text = text.ljust(-(-len(text) // 8) * 8)
    Path(path).write_bytes(
        struct.pack(f"<Q{len(text)}s", len(text), text) + packed.numpy().tobytes()
    )
