"""The method that nn.Module has."""
def get_parameter(net, path):
    return net.get_parameter(path)
