"""The map names the CUDA devices and nothing else: the file may come from "devices that this one does not have, such as `cuda:3` or `mps`".

says: for each device
"""

def load_on_cpu(path: FilePath) -> Any:
    return torch.load(path, map_location={f"cuda:{i}": "cpu" for i in range(64)}, weights_only=True)
