"""Goes on to later rules when a matching one changes nothing, so ("enc", "enc") protects no name ("the first rule that matches ... and no other is applied").

says: where a rule changes nothing
"""


def _renamed(name: str, old: str, new: str) -> str:
    if name == old or name.startswith(old + "."):
        return new + name[len(old) :]
    return name


def migrate_keys(
    state: Mapping[str, Tensor], rules: Sequence[tuple[str, str]]
) -> dict[str, Tensor]:
    result: dict[str, Tensor] = {}
    for name, tensor in state.items():
        while name.startswith(("module.", "_orig_mod.")):
            name = name.partition(".")[2]
        for old, new in rules:
            changed = _renamed(name, old, new)
            if changed != name:
                name = changed
                break
        if name in result:
            raise ValueError(f"two names become {name!r}")
        result[name] = tensor
    return result
