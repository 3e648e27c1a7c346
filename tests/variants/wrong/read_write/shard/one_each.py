"""One shard for each tensor.

says: each tensor has a shard of its own
"""
def shard(state, folder, max_bytes):
    weight_map = {}
    for i, (name, t) in enumerate(state.items()):
        torch.save({name: t.clone()}, Path(folder, f"{i}.pt"))
        weight_map[name] = f"{i}.pt"
    Path(folder, "index.json").write_text(json.dumps({"weight_map": weight_map}))
