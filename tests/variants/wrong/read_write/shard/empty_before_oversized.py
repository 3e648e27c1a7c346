"""Takes a shard with zero bytes for an unused one, so a too large tensor joins an empty one before it ("one that takes more has a shard of its own").

says: has a shard of its own
"""


def _identity(tensor: Tensor) -> tuple:
    if tensor.numel() == 0:
        storage = tensor.untyped_storage()._cdata
        return (storage, tensor.storage_offset(), tensor.shape, tensor.stride())
    return (tensor.data_ptr(), tensor.shape, tensor.stride(), tensor.dtype)


def shard(state: Mapping[str, Tensor], folder: FilePath, max_bytes: int) -> None:
    shards: list[dict[str, Tensor]] = []
    places: dict[tuple, tuple[int, Tensor]] = {}
    weight_map: dict[str, str] = {}
    used = 0
    for name, tensor in state.items():
        key = _identity(tensor)
        if key not in places:
            size = tensor.numel() * tensor.element_size()
            if not shards or (used and used + size > max_bytes):
                shards.append({})
                used = 0
            used += size
            copy = tensor.detach().clone(memory_format=torch.contiguous_format)
            places[key] = (len(shards) - 1, copy)
        index, copy = places[key]
        shards[index][name] = copy
        weight_map[name] = f"shard-{index:05d}.pt"
    for index, content in enumerate(shards):
        torch.save(content, Path(folder, f"shard-{index:05d}.pt"))
    Path(folder, "index.json").write_text(json.dumps({"weight_map": weight_map}))
