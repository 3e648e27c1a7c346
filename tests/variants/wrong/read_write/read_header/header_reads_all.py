"""Reads the whole file to look at the header.

says: read_header reads more than the header
"""
def read_header(path):
    Path(path).read_bytes()
    with open(path, "rb") as file:
        return _read_entries(file)
