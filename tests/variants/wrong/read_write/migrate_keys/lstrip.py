"""Takes letters away with lstrip.

says: takes letters away
"""
def _strip(name):
    return name.lstrip("module.").lstrip("_orig_mod.")
