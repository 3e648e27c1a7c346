"""Unusual: the temporary file lies in a temporary folder below the folder of path, an ExitStack cleans up, the file is an os-level descriptor."""

import contextlib as _contextlib
import tempfile as _tempfile


def atomic_save(obj: object, path: FilePath) -> None:
    path = os.fspath(path)
    with _contextlib.ExitStack() as stack:
        inner = stack.enter_context(
            _tempfile.TemporaryDirectory(dir=os.path.dirname(path) or ".", prefix=".")
        )
        draft = os.path.join(inner, "draft")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(draft, flags, 0o666), "wb", buffering=0) as raw:
            with io.BufferedWriter(raw) as file:
                torch.save(obj, file)
                file.flush()
                os.fsync(raw.fileno())
        os.replace(draft, path)
