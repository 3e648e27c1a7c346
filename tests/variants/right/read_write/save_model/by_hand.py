"""Names the fields itself, checks them before building."""
import dataclasses


def save_model(net, path):
    c = net.config
    config = dict(
        in_features=c.in_features,
        hidden=c.hidden,
        out_features=c.out_features,
        activation=c.activation,
    )
    state = {k: v.detach().clone() for k, v in net.state_dict().items()}
    torch.save(dict(state=state, config=config), path)


def load_model(path):
    saved = torch.load(path, weights_only=True)
    fields = {f.name for f in dataclasses.fields(MLPConfig)}
    config = saved["config"]
    if set(config) != fields:
        raise ValueError(f"fields {set(config) ^ fields}")
    if config["activation"] not in ACTIVATIONS:
        raise ValueError(config["activation"])
    net = build_mlp(MLPConfig(**config))
    shapes = {k: v.shape for k, v in net.state_dict().items()}
    if shapes != {k: v.shape for k, v in saved["state"].items()}:
        raise ValueError("the state does not fit")
    net.load_state_dict(saved["state"], assign=True)
    return net
