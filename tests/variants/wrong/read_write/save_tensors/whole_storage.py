"""Saves the view as it is.

says: whole storage behind a view
"""
def save_tensors(obj, path):
    torch.save(obj, path)
