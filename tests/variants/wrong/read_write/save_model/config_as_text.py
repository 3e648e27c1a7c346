"""Saves the config as text.

says: save the fields by name
"""
def save_model(net, path):
    torch.save({"config": repr(net.config), "state": net.state_dict()}, path)
