"""Starts a new shard only after the limit is passed.

says: does not write the shards
"""
def shard(state, folder, max_bytes):
    shards, home, weight_map, used = [{}], {}, {}, 0
    for name, t in state.items():
        memory = (t.data_ptr(), t.dtype, t.shape, t.stride())
        if memory not in home:
            if used > max_bytes:
                shards.append({})
                used = 0
            used += t.nbytes
            home[memory] = len(shards) - 1, t.detach().clone()
        i, c = home[memory]
        shards[i][name] = c
        weight_map[name] = f"{i}.pt"
    for i, s in enumerate(shards):
        torch.save(s, Path(folder, f"{i}.pt"))
    Path(folder, "index.json").write_text(json.dumps({"weight_map": weight_map}))
