"""Takes off all `module.` and after that all `_orig_mod.`, so "_orig_mod.module.weight" keeps its `module.`: breaks "taken off the front of each name, as often as they stand there"."""


def migrate_keys(
    state: Mapping[str, Tensor], rules: Sequence[tuple[str, str]]
) -> dict[str, Tensor]:
    renamed: dict[str, Tensor] = {}
    for key, tensor in state.items():
        for prefix in ("module.", "_orig_mod."):
            while key.startswith(prefix):
                key = key.removeprefix(prefix)
        for old, new in rules:
            if key == old or key.startswith(f"{old}."):
                key = new + key[len(old) :]
                break
        if key in renamed:
            raise ValueError(f"two names become {key!r}")
        renamed[key] = tensor
    return renamed
