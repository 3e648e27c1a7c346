"""Rebuilds every dict as a plain one, an OrderedDict such as a state dict too ("Containers ... are as they were saved").

says: does not give what was saved
"""


def _to_cpu(obj: Any) -> Any:
    if isinstance(obj, Tensor):
        return obj.cpu()
    if isinstance(obj, dict):
        return {key: _to_cpu(value) for key, value in obj.items()}
    if isinstance(obj, list | tuple):
        return type(obj)([_to_cpu(value) for value in obj])
    return obj


def load_on_cpu(path: FilePath) -> Any:
    return _to_cpu(torch.load(path, map_location="cpu", weights_only=True))
