"""Matches within a part of the name.

says: enc is no beginning of encode
"""
def _rename(name, rules):
    for old, new in rules:
        if name.startswith(old):
            return new + name[len(old):]
    return name
