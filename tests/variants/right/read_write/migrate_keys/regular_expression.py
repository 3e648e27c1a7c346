"""A regular expression for the wrappers, split parts for the rules."""
import re


def migrate_keys(state, rules):
    names = []
    for name in state:
        parts = re.sub(r"^((module|_orig_mod)\.)+", "", name).split(".")
        for old, new in rules:
            head = old.split(".")
            if parts[: len(head)] == head:
                parts = [new] + parts[len(head) :]
                break
        names.append(".".join(parts))
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"collision at {name!r}")
    return dict(zip(names, state.values()))
