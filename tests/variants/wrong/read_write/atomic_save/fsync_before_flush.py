"""Calls fsync while bytes are still in the buffer.

says: file\.flush\(\) comes before os\.fsync
"""
def atomic_save(obj, path):
    temporary = f"{path}.tmp"
    buffer = io.BytesIO()
    torch.save(obj, buffer)
    data = buffer.getvalue()
    try:
        with open(temporary, "wb", buffering=1 << 20) as file:
            file.write(data)
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
