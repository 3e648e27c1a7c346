"""Does not clean up after an error.

says: leaves a temporary file
"""
def atomic_save(obj, path):
    temporary = f"{path}.tmp"
    with open(temporary, "wb") as file:
        torch.save(obj, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
