"""Overlooks a rule for the whole name.

says: its very name
"""
def _rename(name, rules):
    for old, new in rules:
        if name.startswith(f"{old}."):
            return new + name[len(old):]
    return name
