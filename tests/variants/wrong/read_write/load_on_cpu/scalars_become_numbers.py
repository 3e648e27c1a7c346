"""Tensors without dimensions are turned into numbers for convenience: "Containers, plain data, dtypes, shapes and bits are as they were saved".

says: does not give what was saved
"""

def _plain(obj: Any) -> Any:
    if isinstance(obj, Tensor):
        return obj if obj.dim() else obj.item()
    if isinstance(obj, dict):
        return type(obj)((key, _plain(value)) for key, value in obj.items())
    if isinstance(obj, (list, tuple)):
        return type(obj)(_plain(value) for value in obj)
    return obj


def load_on_cpu(path: FilePath) -> Any:
    return _plain(torch.load(path, map_location="cpu", weights_only=True))
