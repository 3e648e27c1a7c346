"""Right: the temporary file lies in a temporary directory below the folder, whose context manager clears up in every case; the file is opened again to be synced."""

import tempfile


def atomic_save(obj: object, path: FilePath) -> None:
    folder, name = os.path.split(os.path.abspath(path))
    with tempfile.TemporaryDirectory(prefix=".saving-", dir=folder) as workshop:
        draft = os.path.join(workshop, name)
        torch.save(obj, draft)
        descriptor = os.open(draft, os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(draft, os.path.join(folder, name))
