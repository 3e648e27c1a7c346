"""Takes str(path), which is no file name for path-like objects such as os.DirEntry (`FilePath = str | os.PathLike[str]`, "Return what `save_tensors` wrote to a file")."""


def load_tensors(path: FilePath) -> Tensors:
    with open(f"{path}", "rb") as file:
        return torch.load(file, weights_only=True)
