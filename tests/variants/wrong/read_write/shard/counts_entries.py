"""Counts four bytes for each entry, whatever the dtype.

says: a size is in bytes
"""
def shard(state, folder, max_bytes):
    shards, home, weight_map, room = [], {}, {}, 0
    for name, t in state.items():
        memory = (t.data_ptr(), t.dtype, t.shape, t.stride())
        if memory not in home:
            if not shards or 4 * t.numel() > room:
                shards.append({})
                room = max_bytes
            room -= 4 * t.numel()
            home[memory] = len(shards) - 1, t.detach().clone()
        i, c = home[memory]
        shards[i][name] = c
        weight_map[name] = f"{i}.pt"
    for i, s in enumerate(shards):
        torch.save(s, Path(folder, f"{i}.pt"))
    Path(folder, "index.json").write_text(json.dumps({"weight_map": weight_map}))
