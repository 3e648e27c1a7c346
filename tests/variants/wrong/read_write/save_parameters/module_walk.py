"""Walks the modules, each once, so a layer that stands in the net twice is named once.

says: for tied parameters
"""


def save_parameters(net: nn.Module, path: FilePath) -> None:
    entries = {}
    for prefix, module in net.named_modules():
        dot = prefix + "." if prefix else ""
        for name, parameter in module._parameters.items():
            if parameter is not None:
                entries[dot + name] = parameter.detach()
        for name, buffer in module._buffers.items():
            if buffer is not None and name not in module._non_persistent_buffers_set:
                entries[dot + name] = buffer.detach()
    torch.save(entries, path)
