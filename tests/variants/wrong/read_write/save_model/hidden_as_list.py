"""Saves the hidden widths as a list, so the config differs.

says: asdict keeps the tuple
"""
def save_model(net, path):
    config = {**asdict(net.config), "hidden": list(net.config.hidden)}
    torch.save({"config": config, "state": net.state_dict()}, path)
