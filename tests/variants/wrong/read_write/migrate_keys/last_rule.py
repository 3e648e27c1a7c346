"""The last rule that matches wins.

says: not the last
"""
def _rename(name, rules):
    for old, new in reversed(rules):
        if f"{name}.".startswith(f"{old}."):
            return new + name[len(old):]
    return name
