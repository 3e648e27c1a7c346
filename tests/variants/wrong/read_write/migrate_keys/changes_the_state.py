"""Works on the caller's dict.

says: for a mapping that is no dict|caller's state is changed
"""
_right_migrate = migrate_keys


def migrate_keys(state, rules):
    new = _right_migrate(state, rules)
    state.clear()
    state.update(new)
    return state
