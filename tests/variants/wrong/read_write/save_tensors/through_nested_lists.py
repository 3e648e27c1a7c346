"""Tensors are copied by way of tolist(), which knows no (0, 3): "shapes, dtypes and values bit for bit".

says: does not hold the dict that was saved
"""

def save_tensors(obj: Tensors, path: FilePath) -> None:
    if isinstance(obj, Tensor):
        out = torch.tensor(obj.tolist(), dtype=obj.dtype)
    elif isinstance(obj, dict):
        out = {key: torch.tensor(t.tolist(), dtype=t.dtype) for key, t in obj.items()}
    else:
        out = [torch.tensor(t.tolist(), dtype=t.dtype) for t in obj]
    torch.save(out, path)


def load_tensors(path: FilePath) -> Tensors:
    return torch.load(path, weights_only=True)
