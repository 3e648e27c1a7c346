"""A new name is refused when the old state has it, though that entry gets another name itself: ValueError only if "two names become the same".

says: compare each new name with the new ones
"""

def migrate_keys(
    state: Mapping[str, Tensor], rules: Sequence[tuple[str, str]]
) -> dict[str, Tensor]:
    result = {}
    for key, value in state.items():
        name = key
        while name.startswith(("module.", "_orig_mod.")):
            name = name.removeprefix("module.").removeprefix("_orig_mod.")
        for old, new in rules:
            if name == old or name.startswith(old + "."):
                name = new + name[len(old) :]
                break
        if name in result or (name != key and name in state):
            raise ValueError(f"two entries would be called {name}")
        result[name] = value
    return result
