"""Unusual: the file is written in a TemporaryDirectory below the target's folder through a raw descriptor; the context manager cleans up."""

import tempfile


def atomic_save(obj: object, path: FilePath) -> None:
    goal = os.path.abspath(path)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(goal), prefix=".save-") as den:
        draft = os.path.join(den, "draft")
        torch.save(obj, draft)
        handle = os.open(draft, os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        os.replace(draft, goal)
