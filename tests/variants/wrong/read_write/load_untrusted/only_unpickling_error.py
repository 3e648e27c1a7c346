"""Expects only one class of exception; damaged files raise others.

says: catch Exception
"""
import pickle


def load_untrusted(path):
    try:
        found = torch.load(path, weights_only=True)
    except pickle.UnpicklingError as e:
        raise ValueError from e
    if not isinstance(found, dict) or not all(
        isinstance(k, str) and isinstance(v, Tensor) for k, v in found.items()
    ):
        raise ValueError
    return found
