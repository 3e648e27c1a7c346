"""The list that is passed in is filled with the copies: "`obj` stays as it is".

slip: caller's list gets the copies
"""

def save_tensors(obj: Tensors, path: FilePath) -> None:
    if isinstance(obj, Tensor):
        out = obj.detach().clone()
    elif isinstance(obj, dict):
        out = {key: t.detach().clone() for key, t in obj.items()}
    else:
        for i, t in enumerate(obj):
            obj[i] = t.detach().clone()
        out = obj
    torch.save(out, path)


def load_tensors(path: FilePath) -> Tensors:
    return torch.load(path, weights_only=True)
