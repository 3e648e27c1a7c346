"""Pickles the network, class and all.

says: pickled with its class
"""
def save_model(net, path):
    torch.save(net, path)


def load_model(path):
    return torch.load(path, weights_only=False)
