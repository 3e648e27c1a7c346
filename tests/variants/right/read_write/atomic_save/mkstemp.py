"""mkstemp, the bytes made in memory first, a flag in finally."""
import tempfile


def atomic_save(obj, path):
    buffer = io.BytesIO()
    torch.save(obj, buffer)
    folder = os.path.dirname(os.path.abspath(path))
    handle, name = tempfile.mkstemp(dir=folder)
    finished = False
    try:
        data = memoryview(buffer.getbuffer())
        while data:
            data = data[os.write(handle, data):]
        os.fsync(handle)
        os.close(handle)
        handle = None
        os.rename(name, path)
        finished = True
    finally:
        if not finished:
            if handle is not None:
                os.close(handle)
            os.unlink(name)
