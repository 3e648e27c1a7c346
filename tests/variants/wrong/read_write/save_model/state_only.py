"""Saves the parameters without the config.

says: entries config and state
"""
def save_model(net, path):
    torch.save(net.state_dict(), path)
