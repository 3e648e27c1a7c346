"""Turns whatever goes wrong into ValueError."""
def save_model(net, path):
    with open(path, "wb") as f:
        torch.save({"config": vars(net.config).copy(), "state": net.state_dict()}, f)


def load_model(path):
    try:
        saved = torch.load(path)
        fields = saved["config"]
        net = build_mlp(
            MLPConfig(
                fields.pop("in_features"),
                fields.pop("hidden"),
                fields.pop("out_features"),
                fields.pop("activation"),
            )
        )
        assert not fields
        net.load_state_dict(saved["state"])
        return net
    except Exception as e:
        raise ValueError("bad file") from e
