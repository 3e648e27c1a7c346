"""Cleans up after an Exception, which KeyboardInterrupt is not.

says: KeyboardInterrupt is no Exception
"""
def atomic_save(obj, path):
    temporary = f"{path}.tmp"
    try:
        with open(temporary, "wb") as file:
            torch.save(obj, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except Exception:
        os.unlink(temporary)
        raise
