"""Checks that each tensor lies in the data, but not against each other.

says: each tensor begins where the one before it ends
"""
def _read_entries(file):
    size = os.fstat(file.fileno()).st_size
    length = int.from_bytes(file.read(8), "little")
    if size < 8 or length > size - 8:
        raise ValueError
    entries = json.loads(file.read(length))
    if not isinstance(entries, dict):
        raise ValueError
    entries.pop("__metadata__", None)
    spans = [_span(name, entry) for name, entry in entries.items()]
    room = size - 8 - length
    if any(a < 0 or b > room for a, b in spans) or max((b for _, b in spans), default=0) != room:
        raise ValueError
    return entries
