"""Copies only tensors that torch still flags as views.

says: whole storage behind a view
"""


def save_tensors(obj: Tensors, path: FilePath) -> None:
    def compact(tensor):
        return tensor.detach().clone() if tensor._is_view() else tensor

    if isinstance(obj, torch.Tensor):
        torch.save(compact(obj), path)
    elif isinstance(obj, dict):
        torch.save({key: compact(value) for key, value in obj.items()}, path)
    else:
        torch.save([compact(value) for value in obj], path)
