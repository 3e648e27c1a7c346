"""The bytes are read first, torch.load gets them from memory, and match checks what came out.
"""

class UntrustedFile(ValueError):
    """The file is not what it should be."""


def load_untrusted(path: FilePath) -> dict[str, Tensor]:
    data = io.BytesIO(Path(path).read_bytes())
    try:
        found = torch.load(data, map_location=torch.device("cpu"), weights_only=True)
    except Exception as error:
        raise UntrustedFile(f"{path}: {type(error).__name__}") from error
    match found:
        case dict() if all(isinstance(key, str) for key in found) and all(
            isinstance(value, Tensor) for value in found.values()
        ):
            return found
    raise UntrustedFile(f"{path} holds something else")
