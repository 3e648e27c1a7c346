"""Removes the old file before the new one takes its place.

says: old file is gone
"""
def atomic_save(obj, path):
    temporary = f"{path}.tmp"
    try:
        with open(temporary, "wb") as file:
            torch.save(obj, file)
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(path):
            os.remove(path)
        os.rename(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
