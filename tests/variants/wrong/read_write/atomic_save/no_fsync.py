"""Leaves the bytes in the system's buffers.

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
