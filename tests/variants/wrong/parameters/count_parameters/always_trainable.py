"""Never counts what is frozen.

says: frozen parameters count too
"""
def count_parameters(net, trainable_only=False):
    return sum(p.numel() for p in net.parameters() if p.requires_grad)
