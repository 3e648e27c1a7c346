"""A TemporaryDirectory below the folder clears up; the file is opened again for
fsync.
"""

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
