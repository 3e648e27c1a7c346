"""Forces the folder to the disk, and not the file: "its bytes are forced to the disk".

says: no os\.fsync
"""
import tempfile


def atomic_save(obj: object, path: FilePath) -> None:
    folder = os.path.dirname(os.path.abspath(path))
    handle, name = tempfile.mkstemp(suffix=".tmp", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            torch.save(obj, file)
            file.flush()
            directory = os.open(folder, os.O_RDONLY)
            os.fsync(directory)
            os.close(directory)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
