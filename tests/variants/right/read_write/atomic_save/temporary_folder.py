"""A temporary folder beside the file, fsync on the folder too."""
import tempfile
from os import fsync, replace


def atomic_save(obj, path):
    path = Path(path)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        temporary = os.path.join(folder, "new")
        torch.save(obj, temporary)
        with open(temporary, "rb+") as file:
            fsync(file.fileno())
        replace(temporary, path)
    handle = os.open(path.parent, os.O_RDONLY)
    fsync(handle)
    os.close(handle)
