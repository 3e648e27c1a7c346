"""The file is opened a second time by name and the descriptor that mkstemp returned stays open, one more with each call: a function that saves must not leak files.

says: changes something for the whole program
"""

import tempfile


def atomic_save(obj: object, path: FilePath) -> None:
    path = Path(path)
    _, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    try:
        with open(temporary, "wb") as file:
            torch.save(obj, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
