"""Sends only the tensors of cuda and mps to the CPU, so that a file from `xpu:0` or
another accelerator fails ("on any device").

says: unless map_location says otherwise for each device
"""

def _to_cpu(storage: torch.UntypedStorage, location: str):
    if location.split(":")[0] in ("cpu", "cuda", "mps"):
        return storage
    return None


def load_on_cpu(path: FilePath) -> Any:
    return torch.load(path, map_location=_to_cpu, weights_only=True)
