"""Writes the index shard by shard, where a tied entry comes before names that stand before it in the state dict ("from each
name, in the order of `state`")."""


def shard(state: Mapping[str, Tensor], folder: FilePath, max_bytes: int) -> None:
    shards: list[dict[str, Tensor]] = []
    home: dict[tuple, dict[str, Tensor]] = {}
    taken = 0
    for name, t in state.items():
        key = (t.data_ptr(), t.dtype, t.shape, t.stride()) if t.numel() else name
        if key in home:
            home[key][name] = t
            continue
        size = t.numel() * t.element_size()
        if not shards or taken + size > max_bytes:
            shards.append({})
            taken = 0
        taken += size
        shards[-1][name] = t
        home[key] = shards[-1]
    weight_map = {}
    for i, part in enumerate(shards):
        own: dict[tuple, Tensor] = {}
        content = {}
        for name, t in part.items():
            key = (t.data_ptr(), t.dtype, t.shape, t.stride()) if t.numel() else name
            if key not in own:
                own[key] = t.detach().clone()
            content[name] = own[key]
        file = f"shard-{i:05d}.pt"
        torch.save(content, Path(folder, file))
        weight_map |= dict.fromkeys(part, file)
    Path(folder, "index.json").write_text(json.dumps({"weight_map": weight_map}))
