"""map_location is a function that keeps each storage where torch.load made it, on the CPU.
"""

def load_on_cpu(path: FilePath) -> Any:
    with open(path, "rb") as file:
        return torch.load(file, map_location=lambda storage, _: storage, weights_only=True)
