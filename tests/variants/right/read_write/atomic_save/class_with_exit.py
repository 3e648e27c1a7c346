"""A context manager of its own makes the file with O_EXCL and decides on leaving what becomes of it.
"""

import secrets


class _Replacing:
    def __init__(self, path: FilePath) -> None:
        self.path = os.path.realpath(os.fspath(path))
        self.new = f"{self.path}.{secrets.token_hex(8)}"

    def __enter__(self) -> BinaryIO:
        self.file = os.fdopen(os.open(self.new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb")
        return self.file

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        done = False
        try:
            if kind is None:
                self.file.flush()
                os.fsync(self.file.fileno())
                self.file.close()
                os.replace(self.new, self.path)
                done = True
        finally:
            if not done:
                try:
                    self.file.close()
                finally:
                    os.remove(self.new)


def atomic_save(obj: object, path: FilePath) -> None:
    with _Replacing(path) as file:
        torch.save(obj, file)
