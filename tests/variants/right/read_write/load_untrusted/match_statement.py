"""A match statement, and a copy of the dict."""
def load_untrusted(path):
    with open(path, "rb") as file:
        try:
            loaded = torch.load(file, weights_only=True, map_location=torch.device("cpu"))
        except Exception as error:
            raise ValueError from error
    match loaded:
        case {**items} if all(
            isinstance(k, str) and isinstance(v, torch.Tensor) for k, v in items.items()
        ):
            return items
    raise ValueError("no dict of tensors")
