"""Makes the temporary file in the system's folder.

says: only within one file system
"""
import tempfile


def atomic_save(obj, path):
    handle, temporary = tempfile.mkstemp()
    try:
        with os.fdopen(handle, "wb") as file:
            torch.save(obj, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
