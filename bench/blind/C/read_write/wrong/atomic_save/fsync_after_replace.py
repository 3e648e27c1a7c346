"""Puts the new file in place first and calls `os.fsync` on it after that: breaks "Until ... its bytes are forced to the disk (`os.fsync`), it is a temporary file ...; then `os.replace`"."""

import contextlib
import tempfile


def atomic_save(obj: object, path: FilePath) -> None:
    path = Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            torch.save(obj, file)
            file.flush()
            os.replace(temporary, path)
            os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
