r"""Calls fsync while the bytes are still in Python's own buffer.

says: for a small file[\s\S]*file\.flush\(\) comes before os\.fsync
"""

import tempfile


def atomic_save(obj: object, path: FilePath) -> None:
    content = io.BytesIO()
    torch.save(obj, content)
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(os.path.abspath(path)))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.getbuffer())
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
