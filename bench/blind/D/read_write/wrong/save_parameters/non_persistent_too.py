"""Takes all named buffers, those registered with persistent=False too ("gives the names and values of `net.state_dict()`")."""


def save_parameters(net: nn.Module, path: FilePath) -> None:
    parameters = net.named_parameters(remove_duplicate=False)
    buffers = net.named_buffers(remove_duplicate=False)
    tensors = {name: tensor.detach() for name, tensor in chain(parameters, buffers)}
    torch.save(tensors, path)
