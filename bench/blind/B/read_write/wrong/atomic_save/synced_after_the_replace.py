"""The new file takes the old one's place first and is synced then, so a power cut between the two leaves half a file: "Until the new file is complete and its bytes are forced to the disk (`os.fsync`), it is a temporary file".

slip: fsync comes after the replace
"""

import tempfile


def atomic_save(obj: object, path: FilePath) -> None:
    path = Path(path)
    fd, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    try:
        with os.fdopen(fd, "wb") as file:
            torch.save(obj, file)
            file.flush()
            os.replace(temporary, path)
            os.fsync(file.fileno())
    except BaseException:
        os.unlink(temporary)
        raise
