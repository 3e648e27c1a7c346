"""Calls fsync after the file took its place.

says: no os\.fsync
"""
def atomic_save(obj, path):
    temporary = f"{path}.tmp"
    try:
        torch.save(obj, temporary)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    with open(path, "rb+") as file:
        os.fsync(file.fileno())
