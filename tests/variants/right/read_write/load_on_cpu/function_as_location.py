"""A function as map_location."""
def load_on_cpu(path):
    with open(path, "rb") as file:
        return torch.load(file, map_location=lambda storage, location: storage)
