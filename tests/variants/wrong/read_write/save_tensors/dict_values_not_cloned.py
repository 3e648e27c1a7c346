"""The values of a dict are written as they are, so a view in it takes its whole storage along: "a view of a large tensor is saved without the rest of it".

says: whole storage behind a view
"""

def save_tensors(obj: Tensors, path: FilePath) -> None:
    if isinstance(obj, Tensor):
        out = obj.detach().clone()
    elif isinstance(obj, dict):
        out = {key: t.detach() for key, t in obj.items()}
    else:
        out = [t.detach().clone() for t in obj]
    torch.save(out, path)


def load_tensors(path: FilePath) -> Tensors:
    return torch.load(path, weights_only=True)
