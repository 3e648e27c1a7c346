"""Ignores the path and always uses the same file.

says: no file
"""
import tempfile

_FILE = os.path.join(tempfile.gettempdir(), "fixed_name_tensors.pt")


def save_tensors(obj, path):
    torch.save(obj, _FILE)


def load_tensors(path):
    return torch.load(_FILE)
