"""Sends the tensors to the meta device, which has no values.

says: Tensor.meta.
"""
def load_on_cpu(path):
    return torch.load(path, map_location="meta", weights_only=True)
