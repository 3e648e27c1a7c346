"""For a bare file name the folder is "", and `or None` lets the temporary file go to the system's folder ("it is a temporary file below the folder of `path`")."""

import tempfile


def atomic_save(obj: object, path: FilePath) -> None:
    path = os.fspath(path)
    folder = os.path.dirname(path) or None
    handle, name = tempfile.mkstemp(suffix=".tmp", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            torch.save(obj, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
