"""Applies every rule, one after the other.

says: only the first rule that matches is applied
"""
def _rename(name, rules):
    for old, new in rules:
        if f"{name}.".startswith(f"{old}."):
            name = new + name[len(old):]
    return name
