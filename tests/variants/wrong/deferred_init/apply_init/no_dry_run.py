"""Never calls the network.

says: dry run is missing|init came before the dry run
"""
def apply_init(net, inputs, init):
    return net.apply(init)
