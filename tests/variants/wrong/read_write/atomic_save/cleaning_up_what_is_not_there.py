"""The object is pickled before the temporary file exists, and removing what is not there raises FileNotFoundError in place of the true exception: "it is raised on".

says: cleaning up raises by itself
"""

def atomic_save(obj: object, path: FilePath) -> None:
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        buffer = io.BytesIO()
        torch.save(obj, buffer)
        with open(temporary, "wb") as file:
            file.write(buffer.getvalue())
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
