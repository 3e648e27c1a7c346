"""What goes wrong is raised as RuntimeError("save failed"): "it is raised on".

says: not raised on
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
        os.replace(temporary, path)
    except Exception as error:
        os.unlink(temporary)
        raise RuntimeError(f"saving {path} failed") from error
    except BaseException:
        os.unlink(temporary)
        raise
