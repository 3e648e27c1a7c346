"""Puts the new text in place of the old one, wherever that stands in a name.

says: beginning of a name only
"""
def _rename(name, rules):
    for old, new in rules:
        if name == old or name.startswith(old + "."):
            return name.replace(old, new)
    return name
