"""Opens the file by path, checks with a loop."""
def load_untrusted(path):
    try:
        obj = torch.load(str(path), weights_only=True)
    except FileNotFoundError:
        raise
    except Exception as e:
        raise ValueError("refused") from e
    if not isinstance(obj, dict):
        raise ValueError(type(obj))
    for key in obj:
        if type(key) is not str or not torch.is_tensor(obj[key]):
            raise ValueError(key)
    return obj
