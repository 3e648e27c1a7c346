"""Compares names and shapes itself, then puts new parameters into the network."""
from collections import OrderedDict


def save_model(net, path):
    state = {key: value.clone() for key, value in net.state_dict().items()}
    with open(path, "wb") as sink:
        torch.save(OrderedDict(state=state, config=asdict(net.config)), sink)


def load_model(path):
    content = torch.load(path, weights_only=True)
    if not isinstance(content, dict) or {"config", "state"} - content.keys():
        raise ValueError("no file of save_model")
    config, state = content["config"], content["state"]
    wanted = set(MLPConfig.__dataclass_fields__)
    if not isinstance(config, dict) or set(config) != wanted:
        raise ValueError(f"the config has not the fields {sorted(wanted)}")
    net = build_mlp(MLPConfig(**config))
    slots = dict(net.named_parameters())
    if not isinstance(state, dict) or set(state) != set(slots):
        raise ValueError("the state has other names than the network")
    for name, old in slots.items():
        if state[name].shape != old.shape:
            raise ValueError(f"{name} does not fit the network")
    for name, value in state.items():
        owner, _, leaf = name.rpartition(".")
        setattr(net.get_submodule(owner), leaf, nn.Parameter(value.detach().clone()))
    return net
