"""os.replace stands after the try, so when it fails the temporary file stays: "If anything is raised on the way ... no temporary file is left".

says: os\.replace may raise too
"""

import tempfile


def atomic_save(obj: object, path: FilePath) -> None:
    path = Path(path)
    fd, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    try:
        with os.fdopen(fd, "wb") as file:
            torch.save(obj, file)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        os.unlink(temporary)
        raise
    os.replace(temporary, path)
