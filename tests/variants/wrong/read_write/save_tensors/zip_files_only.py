"""load_tensors takes zip files only, though torch.save writes another format too: "what `save_tensors`, or `torch.save`, wrote to a file".

says: torch.load takes both formats
"""

import zipfile


def save_tensors(obj: Tensors, path: FilePath) -> None:
    if isinstance(obj, Tensor):
        out = obj.detach().clone()
    elif isinstance(obj, dict):
        out = {key: t.detach().clone() for key, t in obj.items()}
    else:
        out = [t.detach().clone() for t in obj]
    torch.save(out, path)


def load_tensors(path: FilePath) -> Tensors:
    if not zipfile.is_zipfile(path):
        raise ValueError(f"{path} is no file of tensors")
    return torch.load(path, weights_only=True)
