"""Unusual: build_mlp runs on the meta device, so no random numbers are drawn, and the state is put in with assign=True."""

from dataclasses import fields


def load_model(path: FilePath) -> nn.Module:
    content = torch.load(path, map_location="cpu", weights_only=True)
    raw, state = content["config"], content["state"]
    if {field.name for field in fields(MLPConfig)} != set(raw):
        raise ValueError(f"the config has the fields {sorted(raw, key=str)}")
    try:
        with torch.device("meta"):
            net = build_mlp(MLPConfig(**raw))
    except TypeError as error:
        raise ValueError(f"unusable config {raw}") from error
    shapes = {name: tensor.shape for name, tensor in net.state_dict().items()}
    if shapes != {name: tensor.shape for name, tensor in state.items()}:
        raise ValueError("the state does not fit the network")
    state = {name: tensor.float() for name, tensor in state.items()}
    net.load_state_dict(state, assign=True)
    return net
