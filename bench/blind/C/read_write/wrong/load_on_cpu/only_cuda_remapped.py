"""The map sends only cuda storages to the CPU and leaves all others to the default, which fails for `mps`: breaks "devices that this one does not have, such as `cuda:3` or `mps`"."""


def load_on_cpu(path: FilePath) -> Any:
    def to_cpu(storage: Any, location: str) -> Any:
        return storage if location.startswith("cuda") else None

    return torch.load(path, map_location=to_cpu, weights_only=True)
