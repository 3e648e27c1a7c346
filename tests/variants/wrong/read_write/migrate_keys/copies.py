"""Copies every tensor.

says: the tensors themselves
"""
_right_migrate = migrate_keys


def migrate_keys(state, rules):
    return {k: t.clone() for k, t in _right_migrate(state, rules).items()}
