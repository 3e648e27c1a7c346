"""For a path without a folder dirname is empty and mkstemp takes the system's folder, maybe on another disk: "a temporary file below the folder of `path`".

says: temporary file is not in the folder of path
"""

import tempfile


def atomic_save(obj: object, path: FilePath) -> None:
    fd, temporary = tempfile.mkstemp(dir=os.path.dirname(path) or None, suffix=".tmp")
    try:
        with os.fdopen(fd, "wb") as file:
            torch.save(obj, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
