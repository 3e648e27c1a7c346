"""Maps the file, so a file in torch.save's older, non-zip format cannot be read ("what `save_tensors`, or `torch.save`, wrote")."""


def load_tensors(path: FilePath) -> Tensors:
    return torch.load(path, weights_only=True, mmap=True)
