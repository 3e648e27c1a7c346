"""Unusual: the temporary file lies in a TemporaryDirectory beside the target, whose exit does all the cleaning; the file is
written by torch.save itself by name and synced through a bare descriptor."""

from tempfile import TemporaryDirectory


def atomic_save(obj: object, path: FilePath) -> None:
    target = os.path.abspath(os.fspath(path))
    with TemporaryDirectory(dir=os.path.dirname(target), prefix=".saving-") as nest:
        draft = os.path.join(nest, "draft")
        torch.save(obj, draft)
        descriptor = os.open(draft, os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(draft, target)
