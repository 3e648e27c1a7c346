"""Takes all empty tensors of one shape for tied, as their address is 0, whatever their dtype or place ("Tied entries (the same memory, ...)", "with the bits that were saved", "in their order").

says: address 0 ties nothing
"""


def shard(state: Mapping[str, Tensor], folder: FilePath, max_bytes: int) -> None:
    shards: list[dict[str, Tensor]] = []
    places: dict[tuple, tuple[int, Tensor]] = {}
    weight_map: dict[str, str] = {}
    used = 0
    for name, tensor in state.items():
        key = (tensor.data_ptr(), tensor.shape, tensor.stride())
        if key not in places:
            size = tensor.numel() * tensor.element_size()
            if not shards or used + size > max_bytes:
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
