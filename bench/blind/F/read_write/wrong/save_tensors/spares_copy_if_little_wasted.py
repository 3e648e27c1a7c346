"""Copies a view only if that spares more than 4 KiB, so that waste and the format's own bytes together pass the limit
("the bytes of the tensors' own entries and at most 4 KiB more for each tensor")."""


def _own_bytes(t: Tensor) -> Tensor:
    waste = t.untyped_storage().nbytes() - t.numel() * t.element_size()
    return t.detach().clone() if waste > 4096 else t.detach()


def save_tensors(obj: Tensors, path: FilePath) -> None:
    if isinstance(obj, Tensor):
        compact = _own_bytes(obj)
    elif isinstance(obj, dict):
        compact = {name: _own_bytes(t) for name, t in obj.items()}
    else:
        compact = [_own_bytes(t) for t in obj]
    torch.save(compact, path)
