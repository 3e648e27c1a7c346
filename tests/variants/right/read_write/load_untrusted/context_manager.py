"""A context manager turns every exception into ValueError; the tensors come detached."""
import pickle
from contextlib import contextmanager


@contextmanager
def _as_value_error(what):
    try:
        yield
    except Exception as problem:
        raise ValueError(f"{what}: {problem}") from problem


def load_untrusted(path):
    found = {}
    with open(path, "rb") as stream, _as_value_error(str(path)):
        if os.fstat(stream.fileno()).st_size == 0:
            raise pickle.UnpicklingError("empty")
        stored = torch.load(stream, weights_only=True, map_location=torch.device("cpu"))
        if not issubclass(type(stored), dict):
            raise TypeError("no dict")
        for key, value in stored.items():
            match key, value:
                case str(), Tensor():
                    found[key] = value.detach()
                case _:
                    raise TypeError(f"unexpected entry {key!r}")
    return found
