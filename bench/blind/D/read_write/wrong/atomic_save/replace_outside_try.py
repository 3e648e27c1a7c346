"""The clean-up covers the writing, but not os.replace; when that raises, the temporary file stays ("If anything is raised on the way ... no temporary file is left")."""

import tempfile


def atomic_save(obj: object, path: FilePath) -> None:
    folder = Path(path).parent
    handle, name = tempfile.mkstemp(suffix=".tmp", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            torch.save(obj, file)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        os.unlink(name)
        raise
    os.replace(name, path)
