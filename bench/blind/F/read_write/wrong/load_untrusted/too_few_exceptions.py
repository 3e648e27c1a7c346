"""Turns only the usual exceptions of torch.load into ValueError; a text file raises KeyError or IndexError and a cut file
of the older format struct.error ("ValueError: the file is empty, cut off or none of `torch.save`")."""

import pickle


def load_untrusted(path: FilePath) -> dict[str, Tensor]:
    with open(path, "rb") as file:
        try:
            state = torch.load(file, map_location="cpu", weights_only=True)
        except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
            raise ValueError(f"cannot read {path}") from error
    if not isinstance(state, dict):
        raise ValueError("not a dict")
    for name, value in state.items():
        if not isinstance(name, str) or not isinstance(value, Tensor):
            raise ValueError("not a dict of tensors by name")
    return dict(state)
