"""NamedTemporaryFile beside the file, removed in an except clause for everything."""
from tempfile import NamedTemporaryFile


def atomic_save(obj, path):
    path = Path(path)
    with NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
        try:
            torch.save(obj, file)
            file.flush()
            os.fsync(file.fileno())
            os.replace(file.name, path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
