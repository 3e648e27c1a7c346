"""Saves numpy arrays in a file of its own format.

says: does not read the saved file
"""
import numpy as np


def save_tensors(obj, path):
    if isinstance(obj, Tensor):
        obj = {"": obj}
    if isinstance(obj, list):
        obj = {str(i): t for i, t in enumerate(obj)}
    with open(path, "wb") as file:
        np.savez(file, **{k: t.float().numpy() for k, t in obj.items()})
