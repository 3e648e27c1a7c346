"""Reads the description off the layers, so a network without hidden layers is always said to be "relu" ("`"config"`, the dict `dataclasses.asdict(net.config)`").

says: for tanh alone
"""


def save_model(net: nn.Module, path: FilePath) -> None:
    linears = [layer for layer in net if isinstance(layer, nn.Linear)]
    names = {kind: name for name, kind in ACTIVATIONS.items()}
    used = [names[type(layer)] for layer in net if type(layer) in names]
    config = {
        "in_features": linears[0].in_features,
        "hidden": tuple(layer.out_features for layer in linears[:-1]),
        "out_features": linears[-1].out_features,
        "activation": used[0] if used else "relu",
    }
    torch.save({"config": config, "state": net.state_dict()}, path)
