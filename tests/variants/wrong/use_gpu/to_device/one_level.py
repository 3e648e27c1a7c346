"""Only the first level.

says: moves, too
"""
def to_device(batch, device):
    def one(v):
        return v.to(device) if isinstance(v, Tensor) else v

    if isinstance(batch, dict):
        return {k: one(v) for k, v in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*[one(v) for v in batch])
    if isinstance(batch, (list, tuple)):
        return type(batch)(one(v) for v in batch)
    if is_dataclass(batch):
        return replace(batch, **{f.name: one(getattr(batch, f.name)) for f in fields(batch)})
    return one(batch)
