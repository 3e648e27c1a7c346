"""Replaces anywhere in the name.

says: str\.replace finds its text anywhere
"""
def _strip(name):
    return name.replace("module.", "").replace("_orig_mod.", "")
