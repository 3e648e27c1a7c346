"""os.preadv into the tensor's own memory; a key that stands twice is refused."""
import ctypes
import itertools
from contextlib import closing


class _Safe:
    def __init__(self, path):
        self._handle = os.open(path, os.O_RDONLY)
        try:
            self.entries = self._entries()
            self._check_cover()
        except BaseException:
            self.close()
            raise

    def close(self):
        os.close(self._handle)

    def fill(self, target, at):
        while target:
            got = os.preadv(self._handle, [target], at)
            if got == 0:
                raise ValueError("the file ends too soon")
            target, at = target[got:], at + got

    def _entries(self):
        length = bytearray(8)
        self.fill(memoryview(length), 0)
        self.start = 8 + int.from_bytes(length, "little")
        self.size = os.fstat(self._handle).st_size - self.start
        if self.size < 0:
            raise ValueError("the header is cut off")
        text = bytearray(self.start - 8)
        self.fill(memoryview(text), 8)
        header = json.loads(str(text, "utf-8"), object_pairs_hook=self._object)
        if type(header) is not dict:
            raise ValueError("the header is not an object")
        header.pop("__metadata__", None)
        for name, entry in header.items():
            self._check(name, entry)
        return header

    @staticmethod
    def _object(pairs):
        result = dict(pairs)
        if len(result) < len(pairs):
            raise ValueError("a key stands twice in the header")
        return result

    @staticmethod
    def _check(name, entry):
        match entry:
            case {
                "dtype": str(dtype),
                "shape": list(shape),
                "data_offsets": [int(begin), int(end)],
            } if dtype in DTYPES:
                numbers = [*shape, begin, end]
            case _:
                raise ValueError(f"the entry of {name!r} is wrong: {entry!r}")
        if any(type(number) is not int or number < 0 for number in numbers):
            raise ValueError(f"{name!r} has a wrong number in its entry")
        if end != begin + math.prod(shape, start=DTYPES[dtype].itemsize):
            raise ValueError(f"{name!r} does not fill its offsets")

    def _check_cover(self):
        spans = [tuple(entry["data_offsets"]) for entry in self.entries.values()]
        if any(end > self.size for _, end in spans):
            raise ValueError("an entry lies behind the end of the file")
        # Empty tensors neither cover nor overlap anything.
        full = sorted(span for span in spans if span[0] < span[1])
        edges = [(0, 0), *full, (self.size, self.size)]
        if any(left[1] != right[0] for left, right in itertools.pairwise(edges)):
            raise ValueError("the entries do not cover the data exactly")


def read_header(path):
    with closing(_Safe(path)) as safe:
        return safe.entries


def read_tensor(path, name):
    with closing(_Safe(path)) as safe:
        entry = safe.entries.get(name)
        if entry is None:
            raise KeyError(name)
        result = torch.empty(entry["shape"], dtype=DTYPES[entry["dtype"]])
        if result.numel():
            memory = (ctypes.c_ubyte * result.nbytes).from_address(result.data_ptr())
            at = safe.start + entry["data_offsets"][0]
            safe.fill(memoryview(memory).cast("B"), at)
        return result
