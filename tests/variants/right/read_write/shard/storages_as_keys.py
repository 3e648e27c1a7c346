"""Plans the shards first, then saves; loads file by file."""
def shard(state, folder, max_bytes):
    plan, sizes, place = [], [], {}
    for name, t in state.items():
        key = (t.untyped_storage().data_ptr(), t.storage_offset(), t.dtype, tuple(t.shape),
               t.stride()) if t.numel() else name
        if key not in place:
            if not plan or sizes[-1] + t.numel() * t.element_size() > max_bytes:
                plan.append({})
                sizes.append(0)
            sizes[-1] += t.numel() * t.element_size()
            place[key] = (len(plan) - 1, torch.empty_like(t).copy_(t))
        where, copied = place[key]
        plan[where][name] = copied
    files = {}
    for i, part in enumerate(plan):
        torch.save(part, os.path.join(folder, f"model-{i}-of-{len(plan)}.bin"))
        for name in part:
            files[name] = f"model-{i}-of-{len(plan)}.bin"
    with open(os.path.join(folder, "index.json"), "w") as f:
        json.dump({"weight_map": {name: files[name] for name in state}}, f)


def load_sharded(folder):
    with open(os.path.join(folder, "index.json")) as f:
        weight_map = json.load(f)["weight_map"]
    found = {}
    for file in sorted(set(weight_map.values())):
        path = os.path.join(folder, file)
        if not os.path.exists(path):
            raise FileNotFoundError(f"the shard {file} is missing")
        part = torch.load(path)
        found.update({n: t for n, t in part.items() if weight_map.get(n) == file})
    missing = [n for n in weight_map if n not in found]
    if missing:
        raise ValueError(f"no tensor for {missing}")
    return {n: found[n] for n in weight_map}
