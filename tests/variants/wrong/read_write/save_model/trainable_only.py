"""Writes the parameters that require a gradient alone, so frozen ones are missing ("`"state"`, the network's state dict").

says: for a frozen network
"""


def save_model(net: nn.Module, path: FilePath) -> None:
    state = {
        name: tensor.detach()
        for name, tensor in net.state_dict(keep_vars=True).items()
        if tensor.requires_grad
    }
    torch.save({"config": asdict(net.config), "state": state}, path)
