"""Maps a fixed list of devices, cuda:0 to cuda:7 and mps, and no other ("what `torch.save` wrote on any device, with all tensors on the CPU")."""


def load_on_cpu(path: FilePath) -> Any:
    devices = ["mps", *(f"cuda:{index}" for index in range(8))]
    return torch.load(
        path, map_location=dict.fromkeys(devices, "cpu"), weights_only=True
    )
