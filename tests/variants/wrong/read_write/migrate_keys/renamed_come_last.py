"""The entries are first taken over and the renamed ones put in anew at the end: "with the same tensors in the same order".

says: stay in their order
"""

def migrate_keys(
    state: Mapping[str, Tensor], rules: Sequence[tuple[str, str]]
) -> dict[str, Tensor]:
    result, moved = {}, []
    for key, value in state.items():
        name = key
        while name.startswith(("module.", "_orig_mod.")):
            name = name.removeprefix("module.").removeprefix("_orig_mod.")
        for old, new in rules:
            if name == old or name.startswith(old + "."):
                name = new + name[len(old) :]
                break
        if name in result:
            raise ValueError(f"two entries would be called {name}")
        result[name] = value
        if name != key:
            moved.append(name)
    for name in moved:
        result[name] = result.pop(name)
    return result
