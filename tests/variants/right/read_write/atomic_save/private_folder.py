"""Writes to a raw descriptor in a temporary folder next to the file."""

import tempfile


def atomic_save(obj: object, path: FilePath) -> None:
    content = io.BytesIO()
    torch.save(obj, content)
    folder = os.path.dirname(os.path.abspath(path))
    with tempfile.TemporaryDirectory(dir=folder, prefix=".saving-") as private:
        part = os.path.join(private, "part")
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            rest = memoryview(content.getvalue())
            while rest:
                rest = rest[os.write(handle, rest) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        os.replace(part, path)
