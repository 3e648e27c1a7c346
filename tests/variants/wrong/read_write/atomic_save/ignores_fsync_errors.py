"""Goes on when fsync fails, as if the bytes were on the disk ("If anything is raised on
the way ... it is raised on, the old file is as it was").

says: what os.fsync raises is passed over
"""

import contextlib
import tempfile


def atomic_save(obj: object, path: FilePath) -> None:
    path = Path(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            torch.save(obj, file)
            file.flush()
            with contextlib.suppress(OSError):  # some file systems have no fsync
                os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
