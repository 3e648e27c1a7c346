"""Takes the wrappers off by recursion, and counts the new names before it renames."""
from collections import Counter


def _renamer(rules):
    def bare(name):
        for prefix in ("module.", "_orig_mod."):
            if name.startswith(prefix):
                return bare(name[len(prefix) :])
        return name

    def renamed(name):
        name = bare(name)
        hits = (
            new + name[len(old) :]
            for old, new in rules
            if f"{name}.".startswith(f"{old}.")
        )
        return next(hits, name)

    return renamed


def migrate_keys(state, rules):
    names = list(map(_renamer(rules), state))
    for name, count in Counter(names).items():
        if count > 1:
            raise ValueError(f"{count} names become {name}")
    return dict(zip(names, state.values(), strict=True))
