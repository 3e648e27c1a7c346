"""The temporary file lies in a temporary folder below the folder of the path, which a with block takes away.
"""

from tempfile import TemporaryDirectory


def atomic_save(obj: object, path: FilePath) -> None:
    folder, name = os.path.split(os.path.abspath(path))
    with TemporaryDirectory(prefix=".saving-", dir=folder) as hidden:
        new = os.path.join(hidden, name)
        with open(new, "xb") as file:
            torch.save(obj, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, os.path.join(folder, name))
