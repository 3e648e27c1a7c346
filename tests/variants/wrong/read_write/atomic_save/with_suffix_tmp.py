"""The temporary name is path.with_suffix(".tmp"), which for a target that ends in .tmp is the old file itself ("the old file is as it was").

says: temporary file may be the old one
"""


def atomic_save(obj: object, path: FilePath) -> None:
    path = Path(path)
    temporary = path.with_suffix(".tmp")
    try:
        with open(temporary, "wb") as file:
            torch.save(obj, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
