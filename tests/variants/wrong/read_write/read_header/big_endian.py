"""Reads the length with the wrong byte order.

says: raises an exception
"""
def read_header(path):
    with open(path, "rb") as file:
        n = int.from_bytes(file.read(8), "big")
        if n > os.path.getsize(path):
            raise ValueError("the file is shorter than it says")
        return json.loads(file.read(n))
