"""Leaves the remarks among the tensors.

says: __metadata__ is no tensor
"""
def read_header(path):
    with open(path, "rb") as file:
        entries = _read_entries(file)
        file.seek(0)
        n = int.from_bytes(file.read(8), "little")
        return json.loads(file.read(n))
