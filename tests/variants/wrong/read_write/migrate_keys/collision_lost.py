"""One tensor replaces another.

says: replaces the other in silence
"""
def migrate_keys(state, rules):
    return {_rename(_strip(name), rules): t for name, t in state.items()}
