"""Counts and stores tied entries each time.

says: Tied entries do not count once
"""
def shard(state, folder, max_bytes):
    shards, weight_map, room = [], {}, 0
    for name, t in state.items():
        if not shards or t.nbytes > room:
            shards.append({})
            room = max_bytes
        room -= t.nbytes
        shards[-1][name] = t.detach().clone()
        weight_map[name] = f"{len(shards)}.pt"
    for i, s in enumerate(shards, 1):
        torch.save(s, Path(folder, f"{i}.pt"))
    Path(folder, "index.json").write_text(json.dumps({"weight_map": weight_map}))
