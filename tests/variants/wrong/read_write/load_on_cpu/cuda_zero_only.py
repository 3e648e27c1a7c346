"""Maps cuda:0 and no other device.

says: unless map_location says otherwise for each device
"""
def load_on_cpu(path):
    return torch.load(path, map_location={"cuda:0": "cpu"}, weights_only=True)
