"""Only a view of less than half of its storage is copied; one of 60 % takes the rest along, more than "at most 4 KiB more for each tensor".

says: whole storage behind a view
"""

def _compact(t: Tensor) -> Tensor:
    t = t.detach()
    if 2 * t.nbytes < t.untyped_storage().nbytes():
        return t.clone()
    return t


def save_tensors(obj: Tensors, path: FilePath) -> None:
    if isinstance(obj, Tensor):
        out = _compact(obj)
    elif isinstance(obj, dict):
        out = {key: _compact(t) for key, t in obj.items()}
    else:
        out = [_compact(t) for t in obj]
    torch.save(out, path)


def load_tensors(path: FilePath) -> Tensors:
    return torch.load(path, weights_only=True)
