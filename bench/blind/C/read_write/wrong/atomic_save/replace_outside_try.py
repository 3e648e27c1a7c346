"""`os.replace` stands in the `else` of the try, so the temporary file is left when the replacement itself raises: breaks "If anything is raised on the way ... no temporary file is left"."""

import tempfile


def atomic_save(obj: object, path: FilePath) -> None:
    path = Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            torch.save(obj, file)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        os.unlink(temporary)
        raise
    else:
        os.replace(temporary, path)
