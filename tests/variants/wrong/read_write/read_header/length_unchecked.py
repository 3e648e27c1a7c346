"""Reads as many bytes as the file asks for.

says: compare the length with the size of the file
"""
def _read_entries(file):
    size = os.fstat(file.fileno()).st_size
    if size < 8:
        raise ValueError
    length = int.from_bytes(file.read(8), "little")
    entries = json.loads(file.read(length))
    if not isinstance(entries, dict):
        raise ValueError
    entries.pop("__metadata__", None)
    spans = sorted(_span(name, entry) for name, entry in entries.items())
    ends = [0, *(end for _, end in spans)]
    if [begin for begin, _ in spans] != ends[:-1] or ends[-1] != size - 8 - length:
        raise ValueError
    return entries
