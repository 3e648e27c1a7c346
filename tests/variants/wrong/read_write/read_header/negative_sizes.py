"""Compares the product of the sizes only.

says: look at each size
"""
def _span(name, entry):
    try:
        begin, end = entry["data_offsets"]
        if not isinstance(entry["shape"], list):
            raise ValueError
        if end - begin == math.prod(entry["shape"]) * DTYPES[entry["dtype"]].itemsize:
            return begin, end
    except (TypeError, KeyError) as error:
        raise ValueError from error
    raise ValueError
