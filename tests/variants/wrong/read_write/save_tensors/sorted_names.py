"""Loads the names in alphabetical order.

says: does not give the dict that is in the file
"""
def load_tensors(path):
    obj = torch.load(path)
    return dict(sorted(obj.items())) if isinstance(obj, dict) else obj
