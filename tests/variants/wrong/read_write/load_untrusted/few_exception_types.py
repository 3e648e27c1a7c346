"""Translates only the usual exceptions; some garbage or cut off pickle makes the unpickler raise others, such as struct.error or TypeError ("ValueError: the file is empty, cut off or none of `torch.save`").

says: raise ValueError in its place
"""

import pickle


def load_untrusted(path: FilePath) -> dict[str, Tensor]:
    try:
        obj = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, EOFError, RuntimeError, LookupError) as error:
        raise ValueError(f"{os.fspath(path)} cannot be trusted") from error
    if not isinstance(obj, dict):
        raise ValueError("the file holds no dict")
    for key, value in obj.items():
        if not isinstance(key, str) or not isinstance(value, Tensor):
            raise ValueError("the file holds something else than named tensors")
    return dict(obj)
