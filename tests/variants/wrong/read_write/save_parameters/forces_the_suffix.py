"""Puts the suffix .pt to the path, so that another file than `path` is written ("to a
file", "`torch.load(path, ...)` reads it").

says: whatever its suffix
"""

def save_parameters(net: nn.Module, path: FilePath) -> None:
    torch.save(net.state_dict(), Path(path).with_suffix(".pt"))
