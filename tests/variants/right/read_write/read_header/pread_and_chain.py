"""Reads by os.pread without a file object; finds the cover by following a chain."""


def read_header(path: FilePath) -> dict[str, dict[str, Any]]:
    handle = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(handle).st_size
        if size < 8:
            raise ValueError("no room for the length")
        length = int.from_bytes(os.pread(handle, 8, 0), "little")
        if length > size - 8:
            raise ValueError("no room for the header")
        pieces, at = [], 8
        while at < 8 + length:
            pieces.append(os.pread(handle, 8 + length - at, at))
            at += len(pieces[-1])
            if not pieces[-1]:
                raise ValueError("the file has shrunk")
    finally:
        os.close(handle)
    try:
        header = json.loads(str(b"".join(pieces), "utf-8"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(header, dict):
        raise ValueError("no JSON object")
    header = {name: entry for name, entry in header.items() if name != "__metadata__"}

    def natural(value):
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0

    following, boundaries, points = {}, {0}, set()
    for name, entry in header.items():
        match entry:
            case {"dtype": str(dtype), "shape": [*shape], "data_offsets": [begin, end]}:
                pass
            case _:
                raise ValueError(f"entry of {name!r}")
        if dtype not in DTYPES or not all(map(natural, [*shape, begin, end])):
            raise ValueError(f"value in {name!r}")
        need = DTYPES[dtype].itemsize
        for length_along in shape:
            need *= length_along
        if end - begin != need:
            raise ValueError(f"span of {name!r}")
        if begin == end:
            points.add(begin)
        elif begin in following:
            raise ValueError("overlap")
        else:
            following[begin] = end
            boundaries.add(end)
    place, steps = 0, 0
    while place in following:
        place = following[place]
        steps += 1
    if place != size - 8 - length or steps != len(following):
        raise ValueError("gap, overlap or rest")
    if not points <= boundaries:
        raise ValueError("an empty tensor within another one")
    return header
