"""A device object, and the default of weights_only."""
def load_on_cpu(path):
    return torch.load(str(path), map_location=torch.device("cpu"))
