"""After a failed load it restores the parameters, but not the buffers that were already copied ("Then every parameter and buffer of `net` is bit for bit as it was").

says: net is changed
"""


def load_parameters(net: nn.Module, path: FilePath) -> None:
    state = torch.load(path, weights_only=True)
    backup = [parameter.detach().clone() for parameter in net.parameters()]
    own = net.state_dict()
    if any(name in own and own[name].shape != state[name].shape for name in state):
        problem = "a shape differs"
    else:
        problem = None
    try:
        net.load_state_dict(state)
        if problem:
            raise RuntimeError(problem)
    except RuntimeError as error:
        with torch.no_grad():
            for parameter, old in zip(net.parameters(), backup, strict=True):
                parameter.copy_(old)
        raise ValueError(str(error)) from error
