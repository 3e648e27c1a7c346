"""Renames the part wherever it stands.

says: beginning of a name only
"""
def _rename(name, rules):
    for old, new in rules:
        if f"{name}.".startswith(f"{old}."):
            return ".".join(new if part == old else part for part in name.split(".")) \
                if "." not in old else new + name[len(old):]
    return name
